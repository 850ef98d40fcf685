// Text with variables of nginx and with what the groups of a path matched ("/$2", "/$namespace/$1"). Read
// once, expanded for each request. Immutable; shared by all threads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/pattern.h"
#include "policy/request_view.h"
#include "policy/template.h"

namespace headgate::policy {

class CaptureTemplate {
 public:
  // Bounds what one expansion can become.
  static constexpr std::size_t kMostBytes = 1024;

  CaptureTemplate() = default;  // expands to nothing
  // "$1" to "$9", one digit, are groups; every other "$" is a variable (template.h). Fails with one sentence:
  // too long, or no such variable.
  static Result<CaptureTemplate> parse(std::string_view text);

  // A group that took no part is nothing.
  [[nodiscard]] std::string expand(const RequestView& request, const Pattern::Captures& captures) const;

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }
  // The greatest N of its "$N"; 0: none.
  [[nodiscard]] std::size_t most_group() const;
  friend bool operator==(const CaptureTemplate& a, const CaptureTemplate& b) { return a.text_ == b.text_; }

 private:
  struct Part {
    std::size_t group = 0;  // 0: `text`
    Template text;
  };
  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace headgate::policy
