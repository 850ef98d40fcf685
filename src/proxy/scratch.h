// The memory a Worker works in: one of each, used by whatever runs at the moment, holding nothing between two
// calls of on_io(). A connection copies to a buffer of its own only what must outlive the call.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/byte_buffer.h"
#include "http/message.h"

namespace headgate::proxy {

class Scratch {
 public:
  // Room kept free in front of what is read, so that a new head (or a chunk-size line) can be put directly
  // before the first body bytes and both leave in one segment.
  static constexpr std::size_t kHeadroom = 4 * 1024;
  // Room behind, for a chunk's CRLF and the last chunk.
  static constexpr std::size_t kTailroom = 64;
  static constexpr std::size_t kHeadRead = 16 * 1024;    // enough for a head and a small body
  static constexpr std::size_t kBodyRead = 256 * 1024;   // large bodies: 3x cheaper than 16 KiB reads
  static constexpr std::size_t kPackedRoom = 64 * 1024;  // of compressed content, at a time
  static constexpr std::size_t kFramesRead = 64 * 1024;  // of HTTP/2, from a client

  Scratch()
      : input_(new char[kHeadroom + kBodyRead + kTailroom]),
        head_(new char[kHeadBytes]),
        target_(new char[kTargetBytes]),
        host_(new char[kHostBytes]),
        frames_(new char[kFramesRead]),
        packed_(new char[kHeadroom + kPackedRoom + kTailroom]) {}

  [[nodiscard]] char* input() { return input_.get() + kHeadroom; }
  // True where `data` lies in the input buffer: it has headroom and tailroom around it.
  [[nodiscard]] bool owns(const char* data) const {
    return data >= input_.get() + kHeadroom && data <= input_.get() + kHeadroom + kBodyRead;
  }
  [[nodiscard]] char* head() { return head_.get(); }
  [[nodiscard]] char* target() { return target_.get(); }
  [[nodiscard]] char* host() { return host_.get(); }
  // Frames are read here: input() is free for the content found in them.
  [[nodiscard]] char* frames() { return frames_.get(); }
  // Compressed content, with headroom and tailroom around it as input() has.
  [[nodiscard]] char* packed() { return packed_.get() + kHeadroom; }

  http::RequestHead request;
  http::ResponseHead response;
  std::string reply;      // local replies are written here
  ByteBuffer ciphertext;  // the records of one write to a TLS Transport
  ByteBuffer frames_out;  // frames of HTTP/2 that are about to be sent

  static constexpr std::size_t kHeadBytes = 96 * 1024;    // twice the largest head, and what is added to it
  static constexpr std::size_t kTargetBytes = 68 * 1024;  // http::parse_target: twice the longest line
  static constexpr std::size_t kHostBytes = 34 * 1024;

 private:
  std::unique_ptr<char[]> input_;
  std::unique_ptr<char[]> head_;
  std::unique_ptr<char[]> target_;
  std::unique_ptr<char[]> host_;
  std::unique_ptr<char[]> frames_;
  std::unique_ptr<char[]> packed_;
};

}  // namespace headgate::proxy
