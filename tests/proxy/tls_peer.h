// The client's side of TLS on one end of a socket pair, driven step by step by a single-threaded test.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "support/file_descriptor.h"
#include "support/test_certificates.h"
#include "tls/certificate_index.h"
#include "tls/server_context.h"

namespace headgate::proxy {

// What a server needs: the default settings and one certificate for every name.
struct TlsServerSide {
  static TlsServerSide make(const tls::ServerSettings& settings = {}) {
    const test_support::IssuedCertificate test = test_support::self_signed({.dns_names = {"x.test"}});
    const auto certificate = tls::Certificate::from_pem(test.certificate, test.key);
    if (!certificate) throw std::runtime_error(certificate.error().message);
    const auto context = tls::ServerContext::make(settings);
    if (!context) throw std::runtime_error(context.error().message);
    return {*context, std::make_shared<const tls::CertificateIndex>(*certificate)};
  }

  std::shared_ptr<const tls::ServerContext> context;
  std::shared_ptr<const tls::CertificateIndex> index;
};

class TlsPeer {
 public:
  explicit TlsPeer(int fd, int version = 0, std::string_view alpn = {})
      : socket_(fd), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl(), fd);
    SSL_set_tlsext_host_name(ssl(), "x.test");
    const std::string wire = std::string(1, static_cast<char>(alpn.size())) + std::string(alpn);
    if (!alpn.empty())
      SSL_set_alpn_protos(ssl(), reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
    SSL_set_connect_state(ssl());
  }

  // One step of the handshake; true once it is done.
  bool shake_hands() {
    return call([this] { return SSL_do_handshake(ssl()); }) == 1;
  }
  bool send(std::string_view bytes) {
    return call([&] { return SSL_write(ssl(), bytes.data(), static_cast<int>(bytes.size())); }) ==
           static_cast<int>(bytes.size());
  }
  // What is there now.
  std::string receive() {
    std::string all;
    char bytes[65536];
    int n = 0;
    while ((n = call([&] { return SSL_read(ssl(), bytes, sizeof bytes); })) > 0)
      all.append(bytes, static_cast<std::size_t>(n));
    return all;
  }
  void say_goodbye() {
    call([this] { return SSL_shutdown(ssl()); });
  }
  // Of what receive() has read so far.
  [[nodiscard]] bool got_goodbye() const { return (SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  bool update_key() {
    SSL_key_update(ssl(), SSL_KEY_UPDATE_REQUESTED);
    return call([this] { return SSL_do_handshake(ssl()); }) == 1;
  }
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }
  [[nodiscard]] int fd() const { return socket_.get(); }
  void close() { socket_.reset(); }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  template <typename Function>
  int call(Function function) {
    ERR_clear_error();
    const int result = function();
    last_error_ = SSL_get_error(ssl(), result);
    return result;
  }

  test_support::FileDescriptor socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  int last_error_ = 0;
};

// Two ends, neither of which blocks: the server's and the client's.
inline std::pair<int, int> socket_pair(int type = SOCK_STREAM) {
  int ends[2];
  if (::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("socketpair");
  return {ends[0], ends[1]};
}

}  // namespace headgate::proxy
