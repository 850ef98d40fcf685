// Drives one ApiTask: waits for its deadlines, sends its requests, brings it the answers.
#pragma once

#include <utility>

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "k8swatch/api_task.h"

namespace headgate::k8swatch {

Moment moment_now();

// Control thread only. What it refers to must outlive it.
class ApiTaskRunner {
 public:
  // `around_turn` is called before and after each time the task has its turn, never from inside look():
  // before, because the time that has passed may have changed what the task is to do.
  ApiTaskRunner(boost::asio::io_context& io, ApiTransport& transport, ApiTask& task,
                std::function<void()> around_turn);

  // Something happened that the task may have to do with: gives it a turn soon.
  void look();
  // Cancels what is under way; there is no further turn.
  void stop();

 private:
  void step();
  void wait();

  ApiTransport& transport_;
  ApiTask& task_;
  std::function<void()> around_turn_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<ApiCall> call_;   // under way
  std::unique_ptr<ApiCall> ended_;  // the one before: it may still be on the stack
  bool is_soon_ = false;            // look() was called, the turn is coming
  bool is_stopped_ = false;
};

}  // namespace headgate::k8swatch
