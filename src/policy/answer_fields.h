// Fields of ours for the answer to one request, whoever gives it: a pod, or Headgate itself. Filled by Steps
// before the answer is known; kept by the Exchange, one thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/ascii.h"

namespace headgate::policy {

class AnswerFields {
 public:
  // In place of all fields of that name that the answer brings. Name and value are without CR and LF; `name`
  // must outlive this.
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
  // Removes the lines of that name (any case) that were asked for so far.
  void take_back(std::string_view name) {
    for (std::size_t at = 0; at < lines_.size();) {
      const std::size_t end = end_of_line(at);
      if (is_line_of(at, name))
        lines_.erase(at, end - at);
      else
        at = end;
    }
  }
  [[nodiscard]] bool has(std::string_view name) const {
    for (std::size_t at = 0; at < lines_.size(); at = end_of_line(at))
      if (is_line_of(at, name)) return true;
    return false;
  }
  void clear() {
    lines_.clear();
    replaced_.clear();
  }

  // Leaves out what is beyond `most` bytes in all, line by line; never how the content is encoded.
  void bound(std::size_t most) {
    if (lines_.size() <= most) return;
    std::string kept;
    for (std::size_t at = 0; at < lines_.size();) {
      const std::size_t end = end_of_line(at);
      if (kept.size() + (end - at) <= most || is_line_of(at, "Content-Encoding"))
        kept.append(lines_, at, end - at);
      at = end;
    }
    lines_ = std::move(kept);
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

  [[nodiscard]] std::size_t end_of_line(std::size_t at) const {
    const std::size_t end = lines_.find("\r\n", at);
    return end == std::string::npos ? lines_.size() : end + 2;
  }
  [[nodiscard]] bool is_line_of(std::size_t at, std::string_view name) const {
    const std::string_view line = std::string_view(lines_).substr(at);
    return line.size() > name.size() && line[name.size()] == ':' &&
           http::same_name(line.substr(0, name.size()), name);
  }

  std::string lines_;
  std::vector<std::string_view> replaced_;  // literals, or of the PolicyChain
};

}  // namespace headgate::policy
