// The requests that are sent and the answer that is given, made once before the run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "load/options.h"

namespace headgate::bench {

// Immutable after construction; everything else views into it.
class Messages {
 public:
  explicit Messages(const Options& options);

  // Requests differ in host and path prefix: hosts × 3 of them, in an order that changes both each time.
  [[nodiscard]] std::size_t request_count() const { return request_heads_.size(); }
  [[nodiscard]] std::string_view request_head(std::size_t index) const { return request_heads_[index]; }
  [[nodiscard]] std::string_view request_body() const { return request_body_; }

  [[nodiscard]] std::string_view answer() const { return answer_; }
  [[nodiscard]] std::string_view answer_body() const { return answer_body_; }

 private:
  std::vector<std::string> request_heads_;
  std::string request_body_;
  std::string answer_body_;
  std::string answer_;
};

}  // namespace headgate::bench
