#include "http/body_length.h"

#include <algorithm>

#include "http/ascii.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

// Larger than any body there is; one more digit behind a length below it cannot overflow, nor can a sum of
// two.
constexpr std::uint64_t kMaxLength = std::uint64_t{1} << 60;
static_assert(kMaxLength < (UINT64_MAX - 9) / 10);

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return scan::is_token_char(c); });
}

}  // namespace

void BodyLength::add_content_length(std::string_view value) {
  if (lengths_ < 2) ++lengths_;
  bool valid = !value.empty() &&
               lengths_ == 1;  // a repeat is refused even if equal: one hop's "equal" is another's "05"
  std::uint64_t length = 0;
  for (const char c : value) {
    valid = valid && is_digit(c);
    if (!valid) break;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
    valid = length < kMaxLength;
  }
  length_ = length;
  if (!valid && fault_ == RejectReason::none) fault_ = RejectReason::bad_length;
}

void BodyLength::add_transfer_encoding(std::string_view value) {
  if (codings_ < 2) ++codings_;
  if (codings_ == 1 && equals_ignoring_case(value, "chunked")) return;
  unknown_coding_ = codings_ == 1 && is_token(value);
  if (fault_ == RejectReason::none) fault_ = RejectReason::bad_transfer_encoding;
}

RejectReason BodyLength::fault() const {
  if (fault_ != RejectReason::none) return fault_;
  return lengths_ != 0 && codings_ != 0 ? RejectReason::length_and_chunked : RejectReason::none;
}

}  // namespace headgate::http
