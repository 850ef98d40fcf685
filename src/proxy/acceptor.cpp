#include "proxy/acceptor.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "proxy/connection_list.h"
#include "proxy/context.h"
#include "proxy/h1_connection.h"
#include "proxy/inbound_connection.h"
#include "proxy/inbound_list.h"

namespace headgate::proxy {
namespace {

constexpr int kBacklog = 4096;  // capped by net.core.somaxconn
// Connections taken for one event of a crowded listener before running ones have their turn. Finding out that
// none is left costs as much as taking one, so that otherwise the loop is left to tell of the next.
constexpr int kAcceptsPerEvent = 16;
constexpr int kCrowdedBatches = 8;

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Acceptor::~Acceptor() {
  if (fd_ >= 0) ::close(fd_);
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
}

Result<void> Acceptor::open() {
  const auto failed = [this](const char* what) {
    return fail("cannot " + std::string(what) + " " + address_.to_string() + ": " + std::strerror(errno));
  };
  fd_ = ::socket(address_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return failed("create a socket for");
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (setsockopt(fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) return failed("share");
  if (address_.is_v6()) setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // inherited by what it accepts
  if (::bind(fd_, address_.data(), address_.size()) != 0) return failed("bind to");
  if (::listen(fd_, kBacklog) != 0) return failed("listen on");
  socklen_t size = SocketAddress::capacity();
  if (getsockname(fd_, address_.data(), &size) != 0) return failed("name the socket of");
  port_ = std::to_string(address_.port());
  reserve_fd_ = open_reserve();
  return {};
}

void Acceptor::start(WorkerContext& context) {
  context_ = &context;
  context_->loop.add_listener(fd_, *this);
}

void Acceptor::stop() {
  if (fd_ < 0) return;
  while (accept_one()) {
  }
  context_->loop.remove_listener(fd_);
  ::close(fd_);
  fd_ = -1;
}

void Acceptor::on_io(std::uint32_t) {
  const int most = accepts_now();
  for (int i = 0; i < most && fd_ >= 0 && !paused_; ++i) {
    if (accept_one()) continue;
    batches_in_a_row_ = 0;
    return;
  }
}

int Acceptor::accepts_now() {
  const std::uint64_t batch = context_->loop.batch();
  batches_in_a_row_ = batch == last_batch_ + 1 ? batches_in_a_row_ + 1 : 0;
  last_batch_ = batch;
  return batches_in_a_row_ < kCrowdedBatches ? 1 : kAcceptsPerEvent;
}

bool Acceptor::accept_one() {
  const bool inbound = over_tls_ || context_->listeners->use_proxy_protocol;
  if (inbound && !context_->inbound.has_room(context_->now)) {
    context_->stats.tls.accept_pauses.add();
    pause();
    return false;
  }
  SocketAddress peer;
  socklen_t size = SocketAddress::capacity();
  const int fd = ::accept4(fd_, peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) on_out_of_descriptors();
    return errno == ECONNABORTED || errno == EINTR;
  }
  context_->stats.connections_accepted.add();
  Transport transport(fd);
  ClientInfo client(peer, port_, over_tls_);
  client.number = context_->next_connection;
  context_->next_connection += context_->config.workers;
  if (inbound) {
    begin(new InboundConnection(*context_, std::move(transport), peer, client));
  } else {
    begin(new H1Connection(*context_, std::move(transport), client));
  }
  return true;
}

template <typename Connection>
void Acceptor::begin(Connection* connection) {
  context_->connections.add(*connection);
  connection->start();
}

void Acceptor::pause() {
  paused_ = true;
  context_->loop.remove_listener(fd_);
}

void Acceptor::on_out_of_descriptors() {
  context_->stats.accept_errors.add();
  if (reserve_fd_ >= 0) {  // tell one client instead of leaving it in the queue
    ::close(reserve_fd_);
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) ::close(fd);
    reserve_fd_ = open_reserve();
  }
  pause();
  errno = EMFILE;
}

void Acceptor::on_tick() {
  if (!paused_ || fd_ < 0) return;
  paused_ = false;
  if (reserve_fd_ < 0) reserve_fd_ = open_reserve();
  context_->loop.add_listener(fd_, *this);
}

}  // namespace headgate::proxy
