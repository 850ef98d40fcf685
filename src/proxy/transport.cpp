#include "proxy/transport.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "proxy/socket_io.h"
#include "proxy/transport_layer.h"

namespace headgate::proxy {

Transport::Transport() = default;

Transport::Transport(int fd) : fd_(fd) {}

Transport::~Transport() { close(); }

Transport::Transport(Transport&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      half_closed_(std::exchange(other.half_closed_, false)),
      layer_(std::move(other.layer_)) {}

Transport& Transport::operator=(Transport&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(half_closed_, other.half_closed_);
  layer_.swap(other.layer_);
  return *this;
}

bool Transport::connect(const SocketAddress& address) {
  fd_ = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ::connect(fd_, address.data(), address.size()) == 0 || errno == EINPROGRESS;
}

int Transport::connect_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

void Transport::unread(ByteBuffer bytes, bool drained) { layer().unread(std::move(bytes), drained); }

void Transport::start_tls(const std::shared_ptr<const tls::ServerContext>& context,
                          std::shared_ptr<const tls::CertificateIndex> index, ByteBuffer& ciphertext) {
  layer().start_tls(context, std::move(index), ciphertext);
}

void Transport::start_tls(const tls::ClientContext& context, const tls::ClientStart& start,
                          ByteBuffer& ciphertext) {
  layer().start_tls(context, start, ciphertext);
}

tls::ResumableSession Transport::resumption() const {
  return layer_ != nullptr && layer_->client() != nullptr ? layer_->client()->resumption() : nullptr;
}

TransportLayer& Transport::layer() {
  if (layer_ == nullptr) {
    layer_ = std::make_unique<TransportLayer>(fd_);
    if (half_closed_) layer_->note_half_close();
  }
  return *layer_;
}

void Transport::note_half_close() {
  half_closed_ = true;
  if (layer_ != nullptr) layer_->note_half_close();
}

IoResult Transport::handshake() { return layer_->handshake(); }

const tls::SessionFacts* Transport::tls_facts() const {
  return layer_ != nullptr && layer_->server() != nullptr ? &layer_->server()->facts() : nullptr;
}

std::string_view Transport::tls_failure() const {
  return layer_ != nullptr && layer_->over_tls() ? layer_->session()->failure() : std::string_view();
}

IoResult Transport::read_layer(char* data, std::size_t size) {
  const IoResult result = layer_->read(data, size);
  if (layer_->is_spent()) layer_.reset();
  return result;
}

IoResult Transport::read(char* data, std::size_t size) {
  return layer_ == nullptr ? receive_now(fd_, data, size) : read_layer(data, size);
}

IoResult Transport::write(const char* data, std::size_t size) {
  return layer_ == nullptr ? send_now(fd_, data, size) : layer_->write(data, size);
}

bool Transport::has_unsent() const { return layer_ != nullptr && layer_->has_unsent(); }

bool Transport::has_pending() const { return layer_ != nullptr && layer_->has_pending(); }

IoStatus Transport::flush() { return layer_ == nullptr ? IoStatus::done : layer_->flush(); }

bool Transport::is_quiet() const { return layer_ == nullptr ? socket_is_quiet(fd_) : layer_->is_quiet(); }

void Transport::shutdown_write() {
  if (layer_ != nullptr) layer_->say_goodbye();
  ::shutdown(fd_, SHUT_WR);
}

void Transport::reset_on_close() {
  if (layer_ != nullptr) layer_->forbid_goodbye();
  const linger hard{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void Transport::close() {
  if (fd_ < 0) return;
  if (layer_ != nullptr) layer_->say_goodbye();
  ::close(fd_);
  fd_ = -1;
}

}  // namespace headgate::proxy
