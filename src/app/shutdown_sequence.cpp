#include "app/shutdown_sequence.h"

#include <csignal>
#include <string>
#include <utility>

#include "base/log.h"

namespace headgate::app {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto kDrainPoll = 10ms;

std::string name_of(int signal_number) { return signal_number == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace

ShutdownSequence::ShutdownSequence(boost::asio::io_context& io, std::chrono::seconds grace,
                                   std::chrono::seconds drain_timeout, ShutdownActions actions)
    : io_(io),
      grace_(grace),
      drain_timeout_(drain_timeout),
      actions_(std::move(actions)),
      signals_(io),
      timer_(io) {}

void ShutdownSequence::start() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.add(SIGHUP);
  wait_for_signal();
}

void ShutdownSequence::wait_for_signal() {
  signals_.async_wait([this](const error_code& error, int number) {
    if (error) return;
    on_signal(number);
    if (phase_ != Phase::over) wait_for_signal();
  });
}

void ShutdownSequence::on_signal(int number) {
  if (number == SIGHUP) {
    actions_.reopen_logs();
    return;
  }
  switch (phase_) {
    case Phase::serving:
      begin_grace(number);
      return;
    case Phase::grace:
    case Phase::draining:
      log::warning("second signal: ending now, running requests are cut off");
      end();
      return;
    case Phase::over:
      return;
  }
}

void ShutdownSequence::begin_grace(int signal_number) {
  phase_ = Phase::grace;
  actions_.announce();
  log::info(name_of(signal_number) + ": shutting down; serving on for " + std::to_string(grace_.count()) +
            " s");
  timer_.expires_after(grace_);
  timer_.async_wait([this](const error_code& error) {
    if (!error && phase_ == Phase::grace) begin_draining();
  });
}

void ShutdownSequence::begin_draining() {
  phase_ = Phase::draining;
  log::info("draining: waiting up to " + std::to_string(drain_timeout_.count()) + " s for running requests");
  // A moment more than the data plane has, which closes what is left by itself.
  drain_deadline_ = std::chrono::steady_clock::now() + drain_timeout_ + 1s;
  actions_.begin_drain();
  look_whether_drained();
}

void ShutdownSequence::look_whether_drained() {
  if (actions_.drained() || std::chrono::steady_clock::now() >= drain_deadline_) {
    end();
    return;
  }
  timer_.expires_after(kDrainPoll);
  timer_.async_wait([this](const error_code& error) {
    if (!error && phase_ == Phase::draining) look_whether_drained();
  });
}

void ShutdownSequence::end() {
  phase_ = Phase::over;
  io_.stop();
}

}  // namespace headgate::app
