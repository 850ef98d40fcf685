// Fields of ours for the answer to one request, whoever gives it: a pod, or Headgate itself. Filled by Steps
// before the answer is known; kept by the Exchange, one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headgate::policy {

class AnswerFields {
 public:
  // In place of all fields of that name that the answer brings. Name and value are without CR and LF.
  void set(std::string_view name, std::string_view value) {
    replaced_.emplace_back(name);
    append(name, value);
  }
  // Beside them: Set-Cookie.
  void add(std::string_view name, std::string_view value) { append(name, value); }
  void append_lines(std::string_view lines) { lines_ += lines; }
  // Fields made ready beforehand: `lines` with their CRLFs, in place of those called `names`. `names` must
  // outlive this: it is of the PolicyChain.
  void set_lines(std::string_view lines, const std::vector<std::string>& names) {
    lines_ += lines;
    for (const std::string& name : names) replaced_.push_back(name);
  }
  void clear() {
    lines_.clear();
    replaced_.clear();
  }

  [[nodiscard]] bool empty() const { return lines_.empty(); }
  [[nodiscard]] const std::string& lines() const { return lines_; }
  // Names of fields that are replaced; any case.
  [[nodiscard]] const std::vector<std::string_view>& replaced() const { return replaced_; }

 private:
  void append(std::string_view name, std::string_view value) {
    lines_ += name;
    lines_ += ": ";
    lines_ += value;
    lines_ += "\r\n";
  }

  std::string lines_;
  std::vector<std::string_view> replaced_;  // literals, or of the PolicyChain
};

}  // namespace headgate::policy
