// Finds the frame headers in the bytes an HTTP/2 client sends (RFC 9113 §4.1), before nghttp2 sees them: what
// nghttp2 ignores or answers by itself is still to be counted. Looks at no payload but PRIORITY's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace headgate::http {

// RFC 9113 §6, RFC 9218 §7.1.
enum class H2FrameType : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9,
  priority_update = 16,
};

struct H2Frame {
  static constexpr std::uint8_t kEndStream = 0x1;  // DATA, HEADERS
  static constexpr std::uint8_t kAck = 0x1;        // SETTINGS, PING
  static constexpr std::uint8_t kEndHeaders = 0x4;

  std::uint32_t length = 0;
  H2FrameType type{};  // any value: unknown types are frames too
  std::uint8_t flags = 0;
  std::int32_t stream = 0;
  std::int32_t dependency = 0;  // PRIORITY of the right length only
};

inline constexpr std::size_t kH2PrefaceBytes = 24;
inline constexpr std::size_t kH2FrameHeaderBytes = 9;

// The position between and within frames, kept from one piece of the stream to the next.
class H2FrameScanner {
 public:
  // Goes on from `p`, which it moves. True: the header of `frame` has just been passed; call again with the
  // same `p`. False: `end` is reached.
  bool next(const char*& p, const char* end, H2Frame& frame);
  // Bytes of the last found frame that lie before `p`.
  [[nodiscard]] std::size_t passed() const { return wanted_; }

 private:
  static constexpr std::size_t kDependencyBytes = 4;

  std::uint32_t to_skip_ = kH2PrefaceBytes;  // of the preface or of a payload
  std::uint8_t read_ = 0;                    // bytes in header_
  std::uint8_t wanted_ = kH2FrameHeaderBytes;
  std::array<unsigned char, kH2FrameHeaderBytes + kDependencyBytes> header_{};
};

}  // namespace headgate::http
