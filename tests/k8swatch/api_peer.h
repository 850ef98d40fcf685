// The server's end of TLS connections whose every byte a test decides: what an API server may do wrong.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/stream_pod.h"
#include "support/test_certificates.h"

namespace headgate::k8swatch {

// One connection, on a thread of its own; blocking.
class ApiPeerConnection {
 public:
  // `ssl` null: plain TCP.
  ApiPeerConnection(int fd, SSL* ssl) : fd_(fd), ssl_(ssl) {}

  // A request with the body that Content-Length announces; empty: the client ended.
  std::string read_request();
  bool send(std::string_view bytes);
  bool send_chunk(std::string_view bytes);
  // An answer of a status and a body, with a length.
  bool answer(int status, std::string_view body, std::string_view fields = {});
  bool begin_chunks() { return send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); }
  bool end_chunks() { return send("0\r\n\r\n"); }
  // Waits for the client's end.
  void wait_for_end();
  // The next close of the socket is a reset.
  void reset_on_close();
  void close_notify() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int read(char* out, int size);

  int fd_;
  SSL* ssl_;
  std::string surplus_;
};

// Listens on 127.0.0.1 and plays a script on each connection. Any thread.
class ApiPeer {
 public:
  using Script = std::function<void(ApiPeerConnection&)>;

  // Plain TCP.
  explicit ApiPeer(Script script);
  // TLS. `client_authority` (PEM): a client certificate of it is demanded.
  ApiPeer(const test_support::IssuedCertificate& certificate, Script script,
          const std::string& client_authority = {});

  // Of the connections from now on.
  void set_certificate(const test_support::IssuedCertificate& certificate);
  [[nodiscard]] std::uint16_t port() const { return pod_->port(); }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::size_t connection_count() const { return pod_->connection_count(); }
  test_support::StreamPod& pod() { return *pod_; }

 private:
  void serve(int fd);

  const Script script_;
  const bool secure_;
  const std::string client_authority_;
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
  std::unique_ptr<test_support::StreamPod> pod_;
};

}  // namespace headgate::k8swatch
