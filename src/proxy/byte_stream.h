// What a Tunnel joins: a two-way stream of bytes that never blocks. A Transport is one, and so is a stream of
// HTTP/2 whose content is another protocol (RFC 8441).
#pragma once

#include <cstddef>
#include <cstdint>

namespace headgate::proxy {

enum class IoStatus : std::uint8_t {
  done,         // `bytes` > 0 were moved
  would_block,  // nothing moved; an event will tell
  closed,       // read: the peer has sent everything (FIN; over TLS: close_notify)
  failed,       // the connection is of no use any more
};

struct IoResult {
  IoStatus status;
  std::size_t bytes = 0;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  [[nodiscard]] virtual IoResult read(char* data, std::size_t size) = 0;
  // What is not taken stays with the caller.
  [[nodiscard]] virtual IoResult write(const char* data, std::size_t size) = 0;
  // done once nothing of what write() took is held any more, would_block, or failed. To be called when the
  // stream becomes writable, before anything else is written.
  [[nodiscard]] virtual IoStatus flush() = 0;
  // Nothing more is written. Nothing may be held.
  virtual void shutdown_write() = 0;
};

}  // namespace headgate::proxy
