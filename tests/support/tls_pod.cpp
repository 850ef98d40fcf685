#include "support/tls_pod.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace headgate::test_support {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

BioPtr text_of(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

void require(bool done) {
  if (!done) throw std::runtime_error("the pod's TLS settings cannot be used");
}

void use_chain(SSL_CTX* context, const std::string& pem) {
  const BioPtr text = text_of(pem);
  const CertificatePtr leaf(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
  require(SSL_CTX_use_certificate(context, leaf.get()) == 1);
  while (X509* const next = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr))
    require(SSL_CTX_add_extra_chain_cert(context, next) == 1);
}

void use_key(SSL_CTX* context, const std::string& pem) {
  const BioPtr text = text_of(pem);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  require(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
}

void require_clients(SSL_CTX* context, const std::string& pem) {
  const BioPtr text = text_of(pem);
  const CertificatePtr ca(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
  require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) == 1);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

TlsPodHandshake describe(SSL* ssl) {
  TlsPodHandshake seen;
  seen.done = SSL_is_init_finished(ssl) == 1;
  seen.resumed = SSL_session_reused(ssl) == 1;
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) seen.server_name = name;
  seen.protocol = SSL_get_version(ssl);
  if (seen.done) seen.cipher = SSL_get_cipher_name(ssl);
  if (X509* const client = SSL_get0_peer_certificate(ssl)) {
    char line[256] = "";
    X509_NAME_oneline(X509_get_subject_name(client), line, sizeof line);
    seen.client_subject = line;
  }
  return seen;
}

}  // namespace

TlsPod::TlsPod(TlsPodOptions options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  use_chain(context_.get(), options_.chain);
  use_key(context_.get(), options_.key);
  if (!options_.client_ca.empty()) require_clients(context_.get(), options_.client_ca);
  if (options_.most_version != 0) SSL_CTX_set_max_proto_version(context_.get(), options_.most_version);
  static const unsigned char kId[] = "pod";
  SSL_CTX_set_session_id_context(context_.get(), kId, sizeof kId);
  pod_ = std::make_unique<StreamPod>([this](int fd) { serve(fd); });
}

void TlsPod::serve(int fd) {
  // OpenSSL writes without MSG_NOSIGNAL, and a client may be gone. Of this thread alone: children inherit it.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  const bool secure = SSL_accept(ssl.get()) == 1;
  {
    const std::lock_guard lock(mutex_);
    handshakes_.push_back(describe(ssl.get()));
  }
  if (!secure) return;
  std::string input;
  char buffer[16384];
  for (std::size_t served = 0; served < options_.requests;) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos) {
      const int size = SSL_read(ssl.get(), buffer, sizeof buffer);
      if (size <= 0) break;
      input.append(buffer, static_cast<std::size_t>(size));
      continue;
    }
    const std::string head = input.substr(0, end);
    input.erase(0, end + 4);
    ++served;
    {
      const std::lock_guard lock(mutex_);
      heads_.push_back(head);
    }
    const bool last = served == options_.requests;
    const std::string body = "head:\n" + head + "\n";
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                               (last ? "\r\nConnection: close" : "") + "\r\n\r\n" + body;
    if (SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size())) <= 0) break;
  }
  SSL_shutdown(ssl.get());
}

std::vector<TlsPodHandshake> TlsPod::handshakes() const {
  const std::lock_guard lock(mutex_);
  return handshakes_;
}

std::vector<std::string> TlsPod::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

TlsPodHandshake TlsPod::last() const {
  const std::lock_guard lock(mutex_);
  return handshakes_.empty() ? TlsPodHandshake() : handshakes_.back();
}

}  // namespace headgate::test_support
