#include "k8swatch/api_peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace headgate::k8swatch {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::unique_ptr<BIO, FreeBio> text_of(const std::string& pem) {
  return std::unique_ptr<BIO, FreeBio>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

X509* read_certificate(const std::string& pem) {
  return PEM_read_bio_X509(text_of(pem).get(), nullptr, nullptr, nullptr);
}

std::shared_ptr<SSL_CTX> make_context(const test_support::IssuedCertificate& certificate,
                                      const std::string& client_authority) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const std::unique_ptr<X509, void (*)(X509*)> leaf(read_certificate(certificate.certificate), X509_free);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PrivateKey(text_of(certificate.key).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
    throw std::runtime_error("the peer's certificate cannot be used");
  if (!client_authority.empty()) {
    const std::unique_ptr<X509, void (*)(X509*)> authority(read_certificate(client_authority), X509_free);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

std::size_t content_length(std::string head) {
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t field = head.find("\r\ncontent-length:");
  return field == std::string::npos ? 0 : std::strtoul(head.c_str() + field + 17, nullptr, 10);
}

}  // namespace

int ApiPeerConnection::read(char* out, int size) {
  return ssl_ != nullptr ? SSL_read(ssl_, out, size)
                         : static_cast<int>(::recv(fd_, out, static_cast<std::size_t>(size), 0));
}

std::string ApiPeerConnection::read_request() {
  char block[4096];
  while (true) {
    const std::size_t end = surplus_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t whole = end + 4 + content_length(surplus_.substr(0, end));
      if (surplus_.size() >= whole) {
        std::string request = surplus_.substr(0, whole);
        surplus_.erase(0, whole);
        return request;
      }
    }
    const int size = read(block, sizeof block);
    if (size <= 0) return {};
    surplus_.append(block, static_cast<std::size_t>(size));
  }
}

bool ApiPeerConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = ssl_ != nullptr
                         ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                         : static_cast<int>(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ApiPeerConnection::send_chunk(std::string_view bytes) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return send(size + std::string(bytes) + "\r\n");
}

bool ApiPeerConnection::answer(int status, std::string_view body, std::string_view fields) {
  return send("HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n" + std::string(fields) + "\r\n" + std::string(body));
}

void ApiPeerConnection::wait_for_end() {
  char block[4096];
  while (read(block, sizeof block) > 0) {
  }
}

void ApiPeerConnection::reset_on_close() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ApiPeer::ApiPeer(Script script) : script_(std::move(script)), secure_(false) {
  pod_ = std::make_unique<test_support::StreamPod>([this](int fd) { serve(fd); });
}

ApiPeer::ApiPeer(const test_support::IssuedCertificate& certificate, Script script,
                 const std::string& client_authority)
    : script_(std::move(script)),
      secure_(true),
      client_authority_(client_authority),
      context_(make_context(certificate, client_authority)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  pod_ = std::make_unique<test_support::StreamPod>([this](int fd) { serve(fd); });
}

void ApiPeer::set_certificate(const test_support::IssuedCertificate& certificate) {
  auto context = make_context(certificate, client_authority_);
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
}

std::string ApiPeer::url() const {
  return (secure_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}

void ApiPeer::serve(int fd) {
  const int at_once = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  std::shared_ptr<SSL_CTX> context;
  {
    const std::lock_guard lock(mutex_);
    context = context_;
  }
  std::unique_ptr<SSL, void (*)(SSL*)> ssl(nullptr, SSL_free);
  if (context != nullptr) {
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1) return;
  }
  ApiPeerConnection connection(fd, ssl.get());
  script_(connection);
}

}  // namespace headgate::k8swatch
