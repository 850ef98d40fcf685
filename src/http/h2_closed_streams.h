// The streams that were closed last, and by whom: what may still come for them (RFC 9113 §5.1, "closed").
// nghttp2 forgets a closed stream at once and ignores all that follows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace headgate::http {

class H2ClosedStreams {
 public:
  enum class End : std::uint8_t {
    by_client,  // it has ended or reset the stream itself: it can send nothing more on it
    by_us,      // RST_STREAM of ours: what it sent before it read that is on its way
    unknown,    // too long ago to tell
    never,      // it was passed over when a later one was opened
  };

  void add(std::int32_t stream, bool by_us) {
    Entry& entry = entries_[next_++ % kEntries];
    if (entry.stream > newest_forgotten_) newest_forgotten_ = entry.stream;
    entry = {stream, by_us};
  }

  // Of a stream that is not open and not above the highest one opened.
  [[nodiscard]] End end_of(std::int32_t stream) const {
    for (const Entry& entry : entries_)
      if (entry.stream == stream) return entry.by_us ? End::by_us : End::by_client;
    return stream <= newest_forgotten_ ? End::unknown : End::never;
  }

 private:
  struct Entry {
    std::int32_t stream = 0;
    bool by_us = false;
  };
  static constexpr std::size_t kEntries = 64;

  std::array<Entry, kEntries> entries_{};
  std::size_t next_ = 0;
  std::int32_t newest_forgotten_ = 0;
};

}  // namespace headgate::http
