// Cuts the bytes of a watch into lines. Chunks are not events: a line may come in many pieces, and many lines
// in one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "k8swatch/json_padding.h"

namespace headgate::k8swatch {

class LineSplitter {
 public:
  // No object of the API comes near this (etcd takes 1.5 MiB unless told otherwise).
  static constexpr std::size_t kMaxLine = std::size_t{16} << 20;

  // Calls on_line(std::string_view) -> bool for each line that is complete now, without its end ("\n" or
  // "\r\n"), with kJsonPadding bytes behind it; blank lines are passed over. Stops where on_line returns
  // false (the rest of `bytes` is lost). False: a line is longer than kMaxLine.
  template <typename OnLine>
  bool feed(std::string_view bytes, OnLine&& on_line);

  // Bytes of a line whose end has not come.
  [[nodiscard]] std::size_t pending() const { return partial_.size(); }
  void clear() { partial_ = {}; }

 private:
  static constexpr std::size_t kKeptCapacity = std::size_t{64} << 10;

  // Without the blanks it ends with; empty where it is blank.
  static std::string_view trimmed(std::string_view line) {
    return line.substr(0, line.find_last_not_of(" \t\r") + 1);
  }

  std::string partial_;
};

template <typename OnLine>
bool LineSplitter::feed(std::string_view bytes, OnLine&& on_line) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool complete = end != std::string_view::npos;
    const std::string_view piece = bytes.substr(0, complete ? end : bytes.size());
    bytes.remove_prefix(complete ? end + 1 : bytes.size());
    if (partial_.size() + piece.size() > kMaxLine) return false;
    if (complete && partial_.empty() && bytes.size() + 1 >= kJsonPadding) {
      const std::string_view line = trimmed(piece);
      if (!line.empty() && !on_line(line)) return true;
      continue;
    }
    partial_ += piece;
    if (!complete || partial_.empty()) continue;
    partial_.reserve(partial_.size() + kJsonPadding);
    const std::string_view line = trimmed(partial_);
    const bool go_on = line.empty() || on_line(line);
    // One huge object must not cost its memory for ever.
    if (partial_.capacity() > kKeptCapacity)
      partial_ = {};
    else
      partial_.clear();
    if (!go_on) return true;
  }
  return true;
}

}  // namespace headgate::k8swatch
