// What holds of every parsed head, whatever its bytes.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "fuzz/check.h"
#include "fuzz/input.h"
#include "http/h1_parser.h"
#include "http/scan.h"

namespace headgate::fuzz {

inline void check_fields(const http::FieldList& fields, const Input& input) {
  for (const http::Field& field : fields) {
    FUZZ_CHECK(input.owns(field.name) && input.owns(field.value));
    FUZZ_CHECK(!field.name.empty());
    FUZZ_CHECK(std::all_of(field.name.begin(), field.name.end(), http::scan::is_token_char));
    FUZZ_CHECK(std::all_of(field.value.begin(), field.value.end(), http::scan::is_field_char));
    FUZZ_CHECK(field.id == http::field_id_of(field.name));
    if (!field.value.empty()) {
      FUZZ_CHECK(field.value.front() != ' ' && field.value.front() != '\t');
      FUZZ_CHECK(field.value.back() != ' ' && field.value.back() != '\t');
    }
    if (field.canonical) {
      const std::string line = std::string(field.name) + ": " + std::string(field.value) + "\r\n";
      FUZZ_CHECK(std::string_view(field.line_begin(), line.size()) == line);
    }
  }
}

// Parses the whole, then its beginnings: each is undecided or judged like the whole. Returns the whole's
// verdict with `head` filled.
template <typename Head, typename Parse>
http::ParseResult parse_in_pieces(Parse parse, const Input& input, const http::HeadLimits& limits,
                                  Head& head) {
  const http::ParseResult whole = parse(input.view(), limits, head);
  const std::size_t head_size = head.size;
  if (whole.status == http::ParseStatus::complete)
    FUZZ_CHECK(head_size <= std::min(input.view().size(), limits.head_bytes));
  for (const std::size_t size : cut_points(input.view().size())) {
    const Input part(input.view().substr(0, size));
    const http::ParseResult early = parse(part.view(), limits, head);
    if (early.status == http::ParseStatus::incomplete) {
      FUZZ_CHECK(whole.status != http::ParseStatus::complete || size < head_size);
      continue;
    }
    FUZZ_CHECK(early.status == whole.status);
    FUZZ_CHECK(early.refusal.status == whole.refusal.status && early.refusal.reason == whole.refusal.reason);
    FUZZ_CHECK(whole.status != http::ParseStatus::complete || head.size == head_size);
  }
  return parse(input.view(), limits, head);
}

inline constexpr http::HeadLimits kUsualLimits{};
inline constexpr http::HeadLimits kTightLimits{.line_bytes = 48, .head_bytes = 160, .leading_empty_lines = 2};

}  // namespace headgate::fuzz
