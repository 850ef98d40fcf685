// A connected byte stream: the only place of the data plane that calls recv(2), send(2) and close(2). Plain
// TCP here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/socket_address.h"

namespace headgate::proxy {

enum class IoStatus : std::uint8_t {
  done,         // `bytes` > 0 were moved
  would_block,  // nothing moved; an event will tell
  closed,       // read: the peer has sent everything (FIN)
  failed,       // the connection is of no use any more
};

struct IoResult {
  IoStatus status;
  std::size_t bytes = 0;
};

// Owns the descriptor.
class Transport {
 public:
  Transport() = default;
  explicit Transport(int fd) : fd_(fd) {}
  ~Transport() { close(); }
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Begins a non-blocking connect; false when it failed at once (errno is set).
  bool connect(const SocketAddress& address);
  // After a connecting descriptor became writable: 0, or the errno the connect failed with.
  [[nodiscard]] int connect_error() const;

  [[nodiscard]] IoResult read(char* data, std::size_t size);
  [[nodiscard]] IoResult write(const char* data, std::size_t size);
  // True where the peer has sent nothing and not closed: an idle connection may be used again.
  [[nodiscard]] bool is_quiet() const;

  void shutdown_write();
  // The next close() resets the connection, so that the peer cannot take a cut message for a whole one.
  void reset_on_close();
  void close();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace headgate::proxy
