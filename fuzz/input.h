// The bytes a target looks at, in a heap block of their very size, so that AddressSanitizer sees a read past
// them; and cut points that depend on the bytes alone, so that a finding can be replayed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace headgate::fuzz {

class Input {
 public:
  explicit Input(std::string_view text) : bytes_(text.begin(), text.end()) {}
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
  [[nodiscard]] bool owns(std::string_view part) const {
    return part.empty() ||
           (part.data() >= bytes_.data() && part.data() + part.size() <= bytes_.data() + bytes_.size());
  }
  char* data() { return bytes_.data(); }

 private:
  std::vector<char> bytes_;
};

// Every size up to 256, then ever fewer: all the places where a small head can be cut, in bounded time.
inline std::vector<std::size_t> cut_points(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = 0; at < size; at += 1 + at / 256 * 16) cuts.push_back(at);
  return cuts;
}

// Sizes of pieces to cut a stream into, drawn from the stream.
class Pieces {
 public:
  explicit Pieces(std::string_view text) {
    for (const char c : text.substr(0, 64))
      state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  std::size_t next(std::size_t rest) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return std::min<std::size_t>(rest, 1 + (state_ >> 59U));
  }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325ULL;
};

}  // namespace headgate::fuzz
