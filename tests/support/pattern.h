// Large test bodies whose every byte can be checked: byte i depends on i, with a period no buffer size
// divides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headgate::test_support {

inline constexpr std::size_t kPatternPeriod = 65521;  // a prime

inline char pattern_byte(std::size_t position) {
  const std::size_t i = position % kPatternPeriod;
  return static_cast<char>('!' + (i * 31 + i / 90) % 90);
}

inline std::string pattern(std::size_t begin, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = pattern_byte(begin + i);
  return text;
}

// Checks a body that comes in pieces.
class PatternChecker {
 public:
  bool add(std::string_view piece) {
    for (const char c : piece) right_ = right_ && c == pattern_byte(position_++);
    return right_;
  }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] bool is_right() const { return right_; }

 private:
  std::size_t position_ = 0;
  bool right_ = true;
};

}  // namespace headgate::test_support
