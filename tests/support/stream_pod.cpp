#include "support/stream_pod.h"

#include <openssl/ssl.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace headgate::test_support {
namespace {

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

void echo_bytes(int fd) {
  char buffer[16384];
  for (;;) {
    const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
    if (size <= 0 || !send_all(fd, {buffer, static_cast<std::size_t>(size)})) return;
  }
}

StreamHandler echo_tls(const TestCertificate& certificate) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate(context.get(), certificate.x509()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), certificate.key()) != 1)
    throw std::runtime_error("the pod's certificate cannot be used");
  return [context](int fd) {
    const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), fd);
    if (SSL_accept(ssl.get()) != 1) return;
    char buffer[16384];
    for (;;) {
      const int size = SSL_read(ssl.get(), buffer, sizeof buffer);
      if (size <= 0 || SSL_write(ssl.get(), buffer, size) != size) break;
    }
    SSL_shutdown(ssl.get());
  };
}

StreamPod::StreamPod(StreamHandler handler) : handler_(std::move(handler)), listener_(listen_on()) {
  acceptor_ = std::thread([this] { accept_loop(); });
}

StreamPod::~StreamPod() {
  ::shutdown(listener_.fd.get(), SHUT_RDWR);  // accept(2) returns
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : connections_)
      if (connection.socket.is_open()) ::shutdown(connection.socket.get(), SHUT_RDWR);
  }
  for (Connection& connection : connections_) connection.thread.join();
}

void StreamPod::accept_loop() {
  for (;;) {
    FileDescriptor socket(::accept4(listener_.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.is_open()) return;
    const std::lock_guard lock(mutex_);
    Connection& connection = connections_.emplace_back();
    connection.socket = std::move(socket);
    ++open_;
    changed_.notify_all();
    connection.thread = std::thread([this, &connection] {
      handler_(connection.socket.get());
      const std::lock_guard done(mutex_);
      connection.socket.reset();
      --open_;
      changed_.notify_all();
    });
  }
}

std::size_t StreamPod::connection_count() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

std::size_t StreamPod::open_connections() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool StreamPod::wait_until_open(std::size_t count, std::chrono::milliseconds within) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, within, [&] { return open_ == count; });
}

}  // namespace headgate::test_support
