#include "http/h2_frame_scanner.h"

#include <algorithm>
#include <cstring>

namespace headgate::http {
namespace {

constexpr std::uint32_t kPriorityBytes = 5;

std::int32_t stream_id(const unsigned char* p) {
  return static_cast<std::int32_t>((p[0] & 0x7FU) << 24 | p[1] << 16 | p[2] << 8 | p[3]);
}

}  // namespace

bool H2FrameScanner::next(const char*& p, const char* end, H2Frame& frame) {
  while (p != end) {
    const auto room = static_cast<std::size_t>(end - p);
    if (to_skip_ != 0) {
      const std::size_t skipped = std::min<std::size_t>(to_skip_, room);
      to_skip_ -= static_cast<std::uint32_t>(skipped);
      p += skipped;
      continue;
    }
    if (read_ == 0) wanted_ = kH2FrameHeaderBytes;
    const std::size_t taken = std::min<std::size_t>(wanted_ - read_, room);
    std::memcpy(header_.data() + read_, p, taken);
    read_ = static_cast<std::uint8_t>(read_ + taken);
    p += taken;
    if (read_ != wanted_) return false;

    const unsigned char* const h = header_.data();
    const auto length = static_cast<std::uint32_t>(h[0] << 16 | h[1] << 8 | h[2]);
    const auto type = static_cast<H2FrameType>(h[3]);
    if (type == H2FrameType::priority && length == kPriorityBytes && wanted_ == kH2FrameHeaderBytes) {
      wanted_ = kH2FrameHeaderBytes + kDependencyBytes;
      continue;
    }
    frame.length = length;
    frame.type = type;
    frame.flags = h[4];
    frame.stream = stream_id(h + 5);
    frame.dependency = wanted_ == kH2FrameHeaderBytes ? 0 : stream_id(h + kH2FrameHeaderBytes);
    to_skip_ = length - (wanted_ - static_cast<std::uint32_t>(kH2FrameHeaderBytes));
    read_ = 0;
    return true;
  }
  return false;
}

}  // namespace headgate::http
