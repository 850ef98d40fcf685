// The test pod's sockets and threads.
#include "support/echo_backend.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace headgate::test_support {
namespace {

constexpr std::size_t kRecordedBody = 1 << 20;  // of each request; more is received but not kept

}  // namespace

EchoBackend::EchoBackend(std::string name, BackendHandler handler, std::string address, std::uint16_t port)
    : name_(std::move(name)),
      address_(std::move(address)),
      listener_(listen_on(1024, address_, port)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)),
      handler_(std::move(handler)) {
  acceptor_ = std::thread([this] { accept_loop(); });
}

EchoBackend::~EchoBackend() {
  const std::uint64_t one = 1;
  if (::write(stop_event_.get(), &one, sizeof one) != sizeof one) std::abort();
  acceptor_.join();
  listener_.fd.reset();
  {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : connections_) {
      if (connection.socket.is_open()) ::shutdown(connection.socket.get(), SHUT_RDWR);
    }
  }
  for (Connection& connection : connections_) connection.thread.join();
}

void EchoBackend::accept_loop() {
  while (true) {
    pollfd ready[2] = {{listener_.fd.get(), POLLIN, 0}, {stop_event_.get(), POLLIN, 0}};
    ::poll(ready, 2, -1);
    if (ready[1].revents != 0) return;
    FileDescriptor socket(::accept4(listener_.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.is_open()) continue;
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto next = std::next(it);
      if (it->done) {
        it->thread.join();
        connections_.erase(it);
      }
      it = next;
    }
    Connection& connection = connections_.emplace_back();
    connection.socket = std::move(socket);
    ++accepted_;
    ++open_;
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void EchoBackend::serve(Connection& connection) {
  const int fd = connection.socket.get();
  MessageReader reader(fd);
  for (std::size_t number = 1;; ++number) {
    // A pooled connection may be idle for as long as the test runs: the destructor's shutdown ends the wait.
    HttpRequest request = read_request_head(reader, Deadline(std::chrono::minutes(10)));
    if (request.method.empty()) break;
    BackendHandler handler;
    std::size_t index = 0;
    std::size_t epoch = 0;
    {
      const std::lock_guard lock(mutex_);
      handler = handler_;
      index = requests_.size();
      epoch = epoch_;
      requests_.push_back(request);
      changed_.notify_all();
    }
    const auto record_body = [&] {
      const std::lock_guard lock(mutex_);
      if (epoch != epoch_) return;
      HttpRequest& record = requests_[index];
      record.body = request.body.substr(0, kRecordedBody);
      record.trailers = request.trailers;
      record.complete = request.complete;
      record.problem = request.problem;
      changed_.notify_all();
    };
    BackendExchange exchange(fd, reader, request, number, name_, record_body);
    if (handler) {
      handler(exchange);
    } else {
      exchange.read_body();
      exchange.respond_with_echo();
    }
    if (!exchange.is_finished()) exchange.read_body();
    if (exchange.is_finished()) break;
  }
  const std::lock_guard lock(mutex_);
  connection.socket.reset();
  connection.done = true;
  --open_;
  changed_.notify_all();
}

void EchoBackend::set_handler(BackendHandler handler) {
  const std::lock_guard lock(mutex_);
  handler_ = std::move(handler);
}

std::vector<HttpRequest> EchoBackend::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

HttpRequest EchoBackend::last_request() const {
  const std::lock_guard lock(mutex_);
  return requests_.empty() ? HttpRequest() : requests_.back();
}

std::size_t EchoBackend::request_count() const {
  const std::lock_guard lock(mutex_);
  return requests_.size();
}

std::size_t EchoBackend::connection_count() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::size_t EchoBackend::open_connections() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool EchoBackend::wait_for_requests(std::size_t count, std::chrono::milliseconds within) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, within, [&] { return requests_.size() >= count; });
}

void EchoBackend::forget_requests() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
  ++epoch_;
}

}  // namespace headgate::test_support
