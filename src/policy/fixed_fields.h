// Fields with fixed text that answers get, whoever gives them: custom-headers and add-headers of
// ingress-nginx. Values shared by all threads.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/answer_fields.h"
#include "policy/request_view.h"

namespace headgate::policy {

class FixedFields {
 public:
  // All fields together, so that they fit behind any head.
  static constexpr std::size_t kMostBytes = std::size_t{16} * 1024;

  FixedFields() = default;  // none
  // Names and values that check_field() lets through.
  explicit FixedFields(std::vector<std::pair<std::string, std::string>> fields);

  // An AnswerStep: in place of what is there already, and of the pod's.
  void apply(const RequestView& request, AnswerFields& answer) const;
  // In place of the pod's, where `answer` has none of that name yet.
  void fill_in(AnswerFields& answer) const;

  [[nodiscard]] bool empty() const { return fields_.empty(); }
  void describe(std::string& out) const;  // " set-fields=X-A,X-B"
  friend bool operator==(const FixedFields& a, const FixedFields& b) { return a.fields_ == b.fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<std::string> names_;
  std::string lines_;  // of all of them, made once
};

}  // namespace headgate::policy
