#include "load/tls_stream.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

namespace headgate::bench {

void OpenSslFree::operator()(ssl_st* ssl) const { SSL_free(ssl); }
void OpenSslFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void OpenSslFree::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }
void OpenSslFree::operator()(x509_st* certificate) const { X509_free(certificate); }

namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

OpenSslPtr<x509_st> read_certificate(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  OpenSslPtr<x509_st> certificate(PEM_read_X509(file.get(), nullptr, nullptr, nullptr));
  if (!certificate) throw std::runtime_error(path + ": no certificate in it");
  return certificate;
}

}  // namespace

TlsContext::TlsContext(const std::string& certificate, std::string_view alpn)
    : context_(SSL_CTX_new(TLS_client_method())), certificate_(read_certificate(certificate)), alpn_(alpn) {
  ssl_ctx_st* context = context_.get();
  require(context != nullptr, "SSL_CTX_new");
  require(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1, "TLS 1.3");
  require(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1, "TLS_AES_128_GCM_SHA256");
  require(SSL_CTX_set1_groups_list(context, "X25519") == 1, "X25519");
  const std::string wire = static_cast<char>(alpn_.size()) + alpn_;
  require(SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                                  static_cast<unsigned>(wire.size())) == 0,
          "ALPN");
  // The chain is not judged, but the certificate is compared (is_expected).
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // one recv for a record's head and body
}

bool TlsContext::is_expected(const x509_st* certificate) const {
  return certificate != nullptr && X509_cmp(certificate, certificate_.get()) == 0;
}

TlsStream::TlsStream(const TlsContext& context) : context_(context) {}

void TlsStream::open(int fd, const std::string& server_name) {
  unsent_.clear();
  ssl_.reset(SSL_new(context_.native()));
  require(ssl_ != nullptr, "SSL_new");
  require(SSL_set_fd(ssl_.get(), fd) == 1, "SSL_set_fd");
  require(SSL_set_tlsext_host_name(ssl_.get(), server_name.c_str()) == 1, "SNI");
  if (session_) require(SSL_set_session(ssl_.get(), session_.get()) == 1, "SSL_set_session");
  SSL_set_connect_state(ssl_.get());
}

TlsStream::Status TlsStream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? check_peer() : status_of(result, "a TLS handshake that failed");
}

TlsStream::Status TlsStream::check_peer() {
  if (!SSL_session_reused(ssl_.get())) {
    const OpenSslPtr<x509_st> certificate(SSL_get1_peer_certificate(ssl_.get()));
    if (!context_.is_expected(certificate.get())) {
      problem_ = "another certificate than the configured one";
      return Status::failed;
    }
  }
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  if (std::string_view(reinterpret_cast<const char*>(name), size) == context_.alpn()) return Status::done;
  problem_ = "another ALPN protocol than the one offered";
  return Status::failed;
}

TlsStream::Status TlsStream::read(char* data, std::size_t size, std::size_t& got) {
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), data, size, &got);
  return result == 1 ? Status::done : status_of(result, "a TLS connection that broke while reading");
}

TlsStream::Status TlsStream::write(std::string_view data) {
  if (!unsent_.empty()) {
    unsent_.append(data);
    return flush();
  }
  while (!data.empty()) {
    ERR_clear_error();
    std::size_t taken = 0;
    const int result = SSL_write_ex(ssl_.get(), data.data(), data.size(), &taken);
    if (result != 1) {
      const Status status = status_of(result, "a TLS connection that broke while writing");
      if (status == Status::blocked) unsent_ = data;
      return status;
    }
    data.remove_prefix(taken);
  }
  return Status::done;
}

TlsStream::Status TlsStream::flush() {
  const std::string data = std::exchange(unsent_, {});
  return write(data);
}

bool TlsStream::keep_session() {
  session_.reset(SSL_get1_session(ssl_.get()));
  return session_ && SSL_SESSION_is_resumable(session_.get()) == 1;
}

bool TlsStream::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

void TlsStream::close() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());  // a socket that does not take it belongs to a peer that is gone
}

TlsStream::Status TlsStream::status_of(int result, const char* what) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Status::blocked;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      problem_ = what;
      return Status::failed;
  }
}

}  // namespace headgate::bench
