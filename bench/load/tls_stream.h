// The client side of TLS connections: TLS 1.3 with one cipher suite and one group, so that every proxy does
// the same arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct x509_st;

namespace headgate::bench {

struct OpenSslFree {
  void operator()(ssl_st* ssl) const;
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_session_st* session) const;
  void operator()(x509_st* certificate) const;
};
template <typename T>
using OpenSslPtr = std::unique_ptr<T, OpenSslFree>;

// What all connections of a run share. Owned by main; one thread.
class TlsContext {
 public:
  // `certificate`: PEM file with the one certificate a proxy may answer with. `alpn`: the one protocol
  // offered and expected. Throws std::runtime_error.
  TlsContext(const std::string& certificate, std::string_view alpn);

  [[nodiscard]] ssl_ctx_st* native() const { return context_.get(); }
  [[nodiscard]] bool is_expected(const x509_st* certificate) const;
  [[nodiscard]] std::string_view alpn() const { return alpn_; }

 private:
  OpenSslPtr<ssl_ctx_st> context_;
  OpenSslPtr<x509_st> certificate_;
  std::string alpn_;
};

// One connection after the other on sockets of its owner. Edge-triggered: go on until `blocked`.
class TlsStream {
 public:
  enum class Status { done, blocked, closed, failed };

  explicit TlsStream(const TlsContext& context);

  // Begins a connection on `fd`, with the kept session where there is one.
  void open(int fd, const std::string& server_name);
  // `failed` also where the certificate or the protocol is not the expected one.
  Status handshake();
  // The bytes of one record at most.
  Status read(char* data, std::size_t size, std::size_t& got);
  // Takes all; what the socket does not take now goes with a later flush().
  Status write(std::string_view data);
  Status flush();
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }

  // Keeps this connection's newest session for the next open(). False: the server gave none.
  bool keep_session();
  [[nodiscard]] bool resumed() const;
  // Sends close_notify: a session whose connection ends without it is not resumed.
  void close();
  [[nodiscard]] const char* problem() const { return problem_; }

 private:
  Status status_of(int result, const char* what);
  Status check_peer();

  const TlsContext& context_;
  OpenSslPtr<ssl_st> ssl_;
  OpenSslPtr<ssl_session_st> session_;
  std::string unsent_;
  const char* problem_ = "";
};

}  // namespace headgate::bench
