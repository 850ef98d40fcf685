// Heads from text for the tests of the http module.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/framing.h"
#include "http/h1_parser.h"

namespace headgate::test {

// Owns the bytes its head views, in a heap block of their very size: a read behind them is seen by
// AddressSanitizer.
template <typename Head>
class ParsedHead {
 public:
  using Parse = http::ParseResult (*)(std::string_view, const http::HeadLimits&, Head&);
  ParsedHead(Parse parse, std::string_view text, const http::HeadLimits& limits = {})
      : bytes_(text.begin(), text.end()),
        result_(parse(std::string_view(bytes_.data(), bytes_.size()), limits, *head_)) {}

  Head& operator*() { return *head_; }
  Head* operator->() { return head_.get(); }
  [[nodiscard]] const http::ParseResult& result() const { return result_; }
  [[nodiscard]] bool complete() const { return result_.status == http::ParseStatus::complete; }
  [[nodiscard]] int refusal() const {
    return result_.status == http::ParseStatus::refused ? result_.refusal.status : 0;
  }

 private:
  std::vector<char> bytes_;
  std::unique_ptr<Head> head_ = std::make_unique<Head>();
  http::ParseResult result_;
};

inline ParsedHead<http::RequestHead> request(std::string_view text, const http::HeadLimits& limits = {}) {
  return {&http::parse_request_head, text, limits};
}
inline ParsedHead<http::ResponseHead> response(std::string_view text, const http::HeadLimits& limits = {}) {
  return {&http::parse_response_head, text, limits};
}

// The names of the fields that analysis left for the other side, in order.
inline std::vector<std::string> relayed(const http::FieldList& fields) {
  std::vector<std::string> names;
  for (const http::Field& field : fields)
    if (!field.drop) names.emplace_back(field.name);
  return names;
}

}  // namespace headgate::test
