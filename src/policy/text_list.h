// A list of texts and regular expressions that a value is held against, as nginx's `map` does it: a text is
// the whole value, whatever its case; `~expression` is found anywhere in it, `~*expression` whatever the
// case. Immutable; shared by all threads. Matching is linear in the value (RE2).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace headgate::policy {

class TextList {
 public:
  static constexpr std::size_t kMostEntries = 1000;

  // One entry. Fails with one sentence: not a regular expression, one that is too long or too costly, or too
  // many entries.
  Result<void> add(std::string_view entry);
  [[nodiscard]] bool contains(std::string_view value) const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }
  friend bool operator==(const TextList& a, const TextList& b) { return a.entries_ == b.entries_; }

 private:
  std::vector<std::string> entries_;  // as written
  std::vector<std::string> texts_;    // lower case
  std::vector<std::shared_ptr<const re2::RE2>> expressions_;
};

}  // namespace headgate::policy
