#include "proxy/io_loop.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>

namespace headgate::proxy {

struct IoLoop::Host {
  explicit Host(boost::asio::io_context& io) : context(io), descriptor(io) {}
  boost::asio::io_context& context;
  boost::asio::posix::stream_descriptor descriptor;
};

IoLoop::IoLoop(boost::asio::io_context& io)
    : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)), host_(std::make_unique<Host>(io)) {
  if (epoll_fd_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  host_->descriptor.assign(epoll_fd_);
}

IoLoop::~IoLoop() = default;  // the descriptor closes epoll_fd_

void IoLoop::on_batch(std::function<void()> begin, std::function<void()> end) {
  begin_batch_ = std::move(begin);
  end_batch_ = std::move(end);
}

bool IoLoop::add(int fd, IoHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool IoLoop::add_listener(int fd, IoHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void IoLoop::remove_listener(int fd) { epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr); }

void IoLoop::requeue(IoHandler& handler) {
  if (handler.queued_) return;
  handler.queued_ = true;
  queue_.push_back(&handler);
}

void IoLoop::destroy_later(std::unique_ptr<IoHandler> handler) {
  if (handler->queued_) {
    IoHandler* const nobody = nullptr;
    std::replace(queue_.begin(), queue_.end(), handler.get(), nobody);
    std::replace(running_.begin(), running_.end(), handler.get(), nobody);
    handler->queued_ = false;
  }
  doomed_.push_back(std::move(handler));
}

void IoLoop::start() { arm(); }

void IoLoop::arm() {
  if (!queue_.empty()) {  // work is left over: come back at once, after what Asio has waiting
    boost::asio::post(host_->context, [this] { run_batch(); });
    return;
  }
  host_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               [this](const boost::system::error_code& error) {
                                 if (!error) run_batch();
                               });
}

void IoLoop::run_batch() {
  begin_batch_();
  int count = epoll_wait(epoll_fd_, events_.data(), static_cast<int>(events_.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    static_cast<IoHandler*>(event.data.ptr)->on_io(event.events);
  }
  run_queue();
  end_batch_();
  // Destructors may doom further handlers; those die with the next batch.
  dying_.swap(doomed_);
  dying_.clear();
  arm();
}

void IoLoop::run_queue() {
  running_.swap(queue_);
  for (IoHandler*& handler : running_) {
    if (handler == nullptr) continue;
    handler->queued_ = false;
    handler->on_io(0);
  }
  running_.clear();
}

}  // namespace headgate::proxy
