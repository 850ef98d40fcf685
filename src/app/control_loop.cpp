#include "app/control_loop.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/clock.h"

namespace headgate::app {
namespace {

std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

ControlLoop::ControlLoop(boost::asio::io_context& io, k8swatch::ObjectSource& source,
                         k8swatch::Controller& controller, std::function<void()> after_work)
    : source_(source),
      controller_(controller),
      after_work_(std::move(after_work)),
      io_(io),
      descriptor_(io),
      timer_(io),
      hour_(io) {}

ControlLoop::~ControlLoop() {
  if (descriptor_.is_open()) descriptor_.release();
}

Result<void> ControlLoop::start() {
  source_.set_wake([this] { wake(); });
  if (Result<void> started = source_.start(Clock::now()); !started) return started;
  // Without a descriptor the source's deadlines do: it looks for changes from time to time.
  if (source_.descriptor() >= 0) {
    boost::system::error_code error;
    descriptor_.assign(source_.descriptor(), error);
    if (error) return fail("cannot wait for changes of the objects: " + error.message());
    wait_for_source();
  }
  work();
  wait_for_next_hour();
  return {};
}

void ControlLoop::wait_for_next_hour() {
  hour_.expires_after(std::chrono::hours(1));
  hour_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    controller_.check_validity_again();
    after_work_();
    wait_for_next_hour();
  });
}

void ControlLoop::wait_for_source() {
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [this](const boost::system::error_code& error) {
                           if (error == boost::asio::error::operation_aborted) return;
                           source_.on_readable(Clock::now());
                           wait_for_source();
                           work();
                         });
}

// Once for all that happens until then: a source may wake us for every few bytes it reads.
void ControlLoop::wake() {
  if (std::exchange(is_awake_, true)) return;
  boost::asio::post(io_, [this] {
    is_awake_ = false;
    work();
  });
}

// Lets both do what is due and sets the timer for the next time.
void ControlLoop::work() {
  const TimePoint now = Clock::now();
  source_.run_due(now);
  controller_.run_due(now);
  after_work_();
  const std::optional<TimePoint> next = earlier(source_.deadline(), controller_.deadline());
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) work();
  });
}

}  // namespace headgate::app
