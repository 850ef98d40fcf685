// A regular expression that somebody wrote into an object, in the dialect of nginx (PCRE). Matching never
// blocks: RE2 takes what it can express and is linear in the text; what it cannot (look-around,
// back-references) goes to PCRE2 under hard limits of steps, depth and memory. Immutable; shared by all
// threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace headgate::policy {

// What several matches together may take: each takes off what it took.
struct PatternBudget {
  std::uint64_t steps = 0;
};

enum class PatternCase : std::uint8_t { sensitive, insensitive };

class Pattern {
 public:
  static constexpr std::size_t kMostBytes = 1024;
  static constexpr std::size_t kMostCaptures = 9;

  enum class Verdict : std::uint8_t {
    no,
    yes,
    gave_up,  // a limit was met: neither yes nor no, and whoever decides by it must err on the safe side
  };
  // [0] is the whole match, [1] the first group …; empty where a group took no part. Views of the subject.
  using Captures = std::array<std::string_view, kMostCaptures + 1>;

  // Fails with one sentence: not a regular expression, too long, or too large when compiled.
  static Result<std::shared_ptr<const Pattern>> compile(std::string_view text, PatternCase letters);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // Anywhere in `subject`, leftmost first; bytes are characters. `captures` and `budget` may be null. Of the
  // budget RE2 takes most_steps(), PCRE2 the steps that it has taken.
  [[nodiscard]] Verdict find_in(std::string_view subject, Captures* captures = nullptr,
                                PatternBudget* budget = nullptr) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  // Matched by PCRE2: it can give up.
  [[nodiscard]] bool is_limited() const { return backtracker_ != nullptr; }
  // At most that many steps are taken for a subject of so many bytes.
  [[nodiscard]] std::uint64_t most_steps(std::size_t subject_bytes) const;
  [[nodiscard]] std::size_t group_count() const { return group_count_; }

  friend bool operator==(const Pattern& a, const Pattern& b) {
    return a.text_ == b.text_ && a.letters_ == b.letters_;
  }

 private:
  class Backtracker;  // PCRE2
  Pattern(std::string_view text, PatternCase letters);

  std::string text_;
  PatternCase letters_;
  std::unique_ptr<re2::RE2> automaton_;  // one of the two is there
  std::unique_ptr<const Backtracker> backtracker_;
  std::uint64_t steps_per_byte_ = 0;
  std::size_t group_count_ = 0;
};

// `text` as an expression that matches it and nothing else.
std::string quote_pattern(std::string_view text);

// Equal where the expressions are.
struct PatternRef {
  std::shared_ptr<const Pattern> pattern;  // null: none
  friend bool operator==(const PatternRef& a, const PatternRef& b) {
    return a.pattern == b.pattern ||
           (a.pattern != nullptr && b.pattern != nullptr && *a.pattern == *b.pattern);
  }
};

}  // namespace headgate::policy
