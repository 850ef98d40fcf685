// A connected byte stream, plain TCP or TLS over it. The data plane's client and upstream sockets are read,
// written and closed through it alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <memory>

#include "base/byte_buffer.h"
#include "base/socket_address.h"
#include "proxy/byte_stream.h"
#include "tls/client_session.h"
#include "tls/server_session.h"

namespace headgate::proxy {

class TransportLayer;

// Owns the descriptor.
class Transport final : public ByteStream {
 public:
  Transport();
  explicit Transport(int fd);
  ~Transport() override;
  Transport(Transport&& other) noexcept;
  Transport& operator=(Transport&& other) noexcept;

  // Begins a non-blocking connect; false when it failed at once (errno is set).
  bool connect(const SocketAddress& address);
  // After a connecting descriptor became writable: 0, or the errno the connect failed with.
  [[nodiscard]] int connect_error() const;

  // Bytes that were read and not used: read(), or the handshake, gets them first. `drained`: there were no
  // more, an event will tell of any.
  void unread(ByteBuffer bytes, bool drained);

  // The server's side of TLS from here on: call handshake() until it is done, then read and write.
  // `ciphertext`: the Worker's, where the records of one call are collected to be sent at once; outlives
  // this.
  void start_tls(const std::shared_ptr<const tls::ServerContext>& context,
                 std::shared_ptr<const tls::CertificateIndex> index, ByteBuffer& ciphertext);
  // The client's side of it, likewise.
  void start_tls(const tls::ClientContext& context, const tls::ClientStart& start, ByteBuffer& ciphertext);
  // done (`bytes` 0), would_block, closed or failed.
  [[nodiscard]] IoResult handshake();
  // The newest session that a later connection may resume; null: none, or not the client's side of TLS.
  [[nodiscard]] tls::ResumableSession resumption() const;
  // Null without the server's side of TLS. Complete once the handshake is done; valid as long as the
  // connection, moved or not.
  [[nodiscard]] const tls::SessionFacts* tls_facts() const;

  // OpenSSL's words for what went wrong; empty: nothing, or not in TLS.
  [[nodiscard]] std::string_view tls_failure() const;

  // To be said when the event loop has told of the peer's end (EPOLLRDHUP): no event will tell of it again,
  // so that reads go on to the end itself.
  void note_half_close();
  [[nodiscard]] bool is_half_closed() const { return half_closed_; }

  // Fewer bytes than asked for: there are no more now, unless has_pending().
  [[nodiscard]] IoResult read(char* data, std::size_t size) override;
  // Read again, no event will tell: there are unread bytes, or the last read() (or the handshake) did not
  // stop for want of bytes. Over TLS: data behind the handshake, close_notify behind the last byte, a
  // fairness limit.
  [[nodiscard]] bool has_pending() const;
  // Over TLS `done` is all or nothing: what the socket does not take of the ciphertext is held here, see
  // has_unsent(); while that cannot be flushed, write() answers would_block.
  [[nodiscard]] IoResult write(const char* data, std::size_t size) override;
  // Bytes are held: flush() when the socket is writable, before anything else is written.
  [[nodiscard]] bool has_unsent() const;
  // done once nothing is held any more, would_block, or failed.
  [[nodiscard]] IoStatus flush() override;
  // True where the peer has sent nothing and not closed: an idle connection may be used again.
  [[nodiscard]] bool is_quiet() const;

  // Over TLS with close_notify.
  void shutdown_write() override;
  // The next close() resets the connection, so that the peer cannot take a cut message for a whole one.
  void reset_on_close();
  // Over TLS with close_notify (without it the client could not resume), unless the connection failed or is
  // to be reset. Does not block. What is still held is lost.
  void close();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  TransportLayer& layer();
  IoResult read_layer(char* data, std::size_t size);

  int fd_ = -1;
  bool half_closed_ = false;
  std::unique_ptr<TransportLayer> layer_;  // null: plain, and nothing unread
};

}  // namespace headgate::proxy
