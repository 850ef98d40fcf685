#include "k8swatch/api_task_runner.h"

#include <optional>

namespace headgate::k8swatch {

Moment moment_now() { return {Clock::now(), std::chrono::system_clock::now()}; }

ApiTaskRunner::ApiTaskRunner(boost::asio::io_context& io, ApiTransport& transport, ApiTask& task,
                             std::function<void()> around_turn)
    : transport_(transport), task_(task), around_turn_(std::move(around_turn)), timer_(io) {}

void ApiTaskRunner::look() {
  if (is_stopped_ || std::exchange(is_soon_, true)) return;
  wait();
}

void ApiTaskRunner::stop() {
  is_stopped_ = true;
  timer_.cancel();
  call_.reset();
}

void ApiTaskRunner::step() {
  if (is_stopped_) return;
  is_soon_ = false;
  around_turn_();
  if (is_stopped_) return;
  if (auto request = task_.next_request(moment_now())) {
    call_ = transport_.unary(*std::move(request), [this](const ApiOutcome& outcome) {
      ended_ = std::move(call_);
      task_.on_answer(outcome, moment_now());
      step();
    });
  }
  around_turn_();
  wait();
}

void ApiTaskRunner::wait() {
  if (is_stopped_) return;
  std::optional<TimePoint> next = task_.deadline();
  if (is_soon_) next = Clock::now();
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) step();
  });
}

}  // namespace headgate::k8swatch
