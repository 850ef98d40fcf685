#include "proxy/io_loop.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <system_error>

namespace headgate::proxy {
namespace {

// Going back to Asio costs three system calls; under load the next events are there already. What is posted
// and what is timed waits for so many batches at the most.
constexpr int kBatchesInARow = 16;

}  // namespace

struct IoLoop::Host {
  boost::asio::io_context context{1};
  boost::asio::posix::stream_descriptor descriptor{context};
  boost::asio::steady_timer timer{context};
};

IoLoop::IoLoop() : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)), host_(std::make_unique<Host>()) {
  if (epoll_fd_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  host_->descriptor.assign(epoll_fd_);
}

IoLoop::~IoLoop() = default;  // the descriptor closes epoll_fd_

void IoLoop::on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

void IoLoop::on_tick(std::chrono::milliseconds period, std::function<void()> tick) {
  tick_period_ = period;
  tick_ = std::move(tick);
}

bool IoLoop::add(int fd, IoHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool IoLoop::move(int fd, IoHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &handler;
  return ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) == 0;
}

bool IoLoop::add_listener(int fd, IoHandler& handler) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &handler;
  return epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void IoLoop::remove_listener(int fd) { epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr); }

void IoLoop::requeue(IoHandler& handler) {
  if (handler.queued_ || handler.doomed_) return;
  handler.queued_ = true;
  queue_.push_back(&handler);
}

void IoLoop::destroy_later(std::unique_ptr<IoHandler> handler) {
  handler->doomed_ = true;
  if (handler->queued_) {
    IoHandler* const nobody = nullptr;
    std::replace(queue_.begin(), queue_.end(), handler.get(), nobody);
    std::replace(running_.begin(), running_.end(), handler.get(), nobody);
    handler->queued_ = false;
  }
  doomed_.push_back(std::move(handler));
}

void IoLoop::run_posted() {
  host_->context.poll();
  host_->context.restart();
}

void IoLoop::run() {
  arm();
  arm_tick();
  host_->context.run();
}

void IoLoop::stop() {
  boost::asio::post(host_->context, [this] { host_->context.stop(); });
}

void IoLoop::post(std::function<void()> function) {
  boost::asio::post(host_->context, [this, function = std::move(function)] {
    wake_();
    function();
    settle();
  });
}

void IoLoop::arm() {
  if (!queue_.empty()) {  // work is left over: come back at once, after what Asio has waiting
    boost::asio::post(host_->context, [this] { run_batches(); });
    return;
  }
  host_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               [this](const boost::system::error_code& error) {
                                 if (!error) run_batches();
                               });
}

void IoLoop::arm_tick() {
  host_->timer.expires_after(tick_period_);
  host_->timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    wake_();
    tick_();
    settle();
    arm_tick();
  });
}

void IoLoop::run_batches() {
  for (int i = 0; i < kBatchesInARow; ++i) {
    if (!run_batch()) break;
  }
  arm();
}

bool IoLoop::run_batch() {
  const int count = epoll_wait(epoll_fd_, events_.data(), static_cast<int>(events_.size()), 0);
  wake_();
  ++batch_;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    static_cast<IoHandler*>(event.data.ptr)->on_io(event.events);
  }
  end_batch();
  return count > 0;
}

void IoLoop::end_batch() {
  run_queue();
  dying_.swap(doomed_);  // a destructor may doom others; they die with the next batch
  dying_.clear();
}

void IoLoop::settle() {
  end_batch();
  if (queue_.empty() || settling_) return;
  settling_ = true;
  boost::asio::post(host_->context, [this] {
    settling_ = false;
    wake_();
    settle();
  });
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
