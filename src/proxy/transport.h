// A connected byte stream, plain TCP or TLS over it: the only place of the data plane that calls recv(2),
// send(2) and close(2).
#pragma once

#include <cstddef>
#include <cstdint>

#include <memory>

#include "base/byte_buffer.h"
#include "base/socket_address.h"
#include "proxy/byte_stream.h"
#include "tls/server_session.h"

namespace headgate::proxy {

// Owns the descriptor.
class Transport final : public ByteStream {
 public:
  Transport() = default;
  explicit Transport(int fd) : fd_(fd) {}
  ~Transport() override { close(); }
  Transport(Transport&& other) noexcept;
  Transport& operator=(Transport&& other) noexcept;

  // Begins a non-blocking connect; false when it failed at once (errno is set).
  bool connect(const SocketAddress& address);
  // After a connecting descriptor became writable: 0, or the errno the connect failed with.
  [[nodiscard]] int connect_error() const;

  // Bytes that were read and not used: read(), or the handshake, gets them first.
  void unread(ByteBuffer bytes);

  // The server's side of TLS from here on: call handshake() until it is done, then read and write.
  void start_tls(const std::shared_ptr<const tls::ServerContext>& context,
                 std::shared_ptr<const tls::CertificateIndex> index);
  // done (`bytes` 0), would_block, closed or failed.
  [[nodiscard]] IoResult handshake();
  // Null without TLS. Complete once the handshake is done; valid as long as the connection, moved or not.
  [[nodiscard]] const tls::SessionFacts* tls_facts() const;

  // Fewer bytes than asked for, over TLS as well: there are no more now.
  [[nodiscard]] IoResult read(char* data, std::size_t size) override;
  // Over TLS `done` is all or nothing: what the socket does not take of the ciphertext is held here, see
  // has_unsent(); while it is held, write() answers would_block.
  [[nodiscard]] IoResult write(const char* data, std::size_t size) override;
  // Bytes are held: flush() when the socket is writable, before anything else is written.
  [[nodiscard]] bool has_unsent() const;
  // done once nothing is held any more, would_block, or failed.
  [[nodiscard]] IoStatus flush() override;
  // True where the peer has sent nothing and not closed: an idle connection may be used again.
  [[nodiscard]] bool is_quiet() const;

  void shutdown_write() override;
  // The next close() resets the connection, so that the peer cannot take a cut message for a whole one.
  void reset_on_close();
  void close();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace headgate::proxy
