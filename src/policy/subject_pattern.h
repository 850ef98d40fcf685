// The regular expression that the subject of a client's certificate must match (auth-tls-match-cn of
// ingress-nginx). Immutable; shared by all threads. Matching is linear in the subject (RE2).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace headgate::policy {

class SubjectPattern {
 public:
  // `text`: "CN=" and a regular expression, as the annotation has it. Fails with one sentence: no "CN=", not
  // a regular expression, or one that is too long or too costly.
  static Result<std::shared_ptr<const SubjectPattern>> compile(std::string_view text);
  ~SubjectPattern();
  SubjectPattern(const SubjectPattern&) = delete;
  SubjectPattern& operator=(const SubjectPattern&) = delete;

  // `subject_dn` (RFC 2253) holds a match, "CN=" included, anywhere. An empty one never does.
  [[nodiscard]] bool matches(std::string_view subject_dn) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  SubjectPattern(std::string text, std::unique_ptr<re2::RE2> expression);

  std::string text_;
  std::unique_ptr<re2::RE2> expression_;
};

}  // namespace headgate::policy
