// The frames that the socket of an HTTP/2 connection has not taken yet, of either side of Headgate. Nothing
// else is written while there are any.
#pragma once

#include "base/byte_buffer.h"
#include "proxy/transport.h"

namespace headgate::proxy {

// Owned by its connection; one thread.
class HeldFrames {
 public:
  // The socket is full: flush() when it is writable.
  [[nodiscard]] bool blocked() const { return blocked_; }

  // Writes `frames`, and keeps what is not taken: blocked() then. Not while blocked(). False: the connection
  // is lost.
  [[nodiscard]] bool write(Transport& transport, ByteBuffer& frames) {
    const IoResult result = transport.write(frames.data(), frames.size());
    if (result.status == IoStatus::failed) return false;
    frames.consume(result.bytes);
    if (frames.empty() && !transport.has_unsent()) return true;
    bytes_.swap(frames);
    blocked_ = true;
    return true;
  }

  // Goes on with what is kept; blocked() no more once all of it is taken. False: the connection is lost.
  [[nodiscard]] bool flush(Transport& transport) {
    IoStatus status = transport.flush();
    if (status == IoStatus::done && !bytes_.empty()) {
      const IoResult result = transport.write(bytes_.data(), bytes_.size());
      bytes_.consume(result.bytes);
      status = result.status;
    }
    if (status == IoStatus::failed) return false;
    if (!bytes_.empty() || transport.has_unsent()) return true;
    bytes_.release();
    blocked_ = false;
    return true;
  }

 private:
  ByteBuffer bytes_;
  bool blocked_ = false;
};

}  // namespace headgate::proxy
