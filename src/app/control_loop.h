// Runs the control plane on the control thread's io_context: waits for the source, its descriptor and the
// deadlines of source and Controller, and calls them when due. Every hour it asks for certificates that
// expired.
#pragma once

#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "k8swatch/controller.h"
#include "k8swatch/object_source.h"

namespace headgate::app {

// Owned by the Server; control thread only. What it refers to must outlive it.
class ControlLoop {
 public:
  // `after_work` is called after each piece of work, once the Controller has had its turn.
  ControlLoop(boost::asio::io_context& io, k8swatch::ObjectSource& source, k8swatch::Controller& controller,
              std::function<void()> after_work);
  ~ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  // Starts the source, which may read all there is (this takes as long as it takes), and waits for more.
  // Fails when the source cannot be followed.
  Result<void> start();
  // The Controller may have something to do although the source has said nothing: looks soon.
  void wake();

 private:
  void wait_for_source();
  void work();
  void wait_for_next_hour();

  k8swatch::ObjectSource& source_;
  k8swatch::Controller& controller_;
  std::function<void()> after_work_;
  boost::asio::io_context& io_;
  boost::asio::posix::stream_descriptor descriptor_;  // the source's, which stays its owner
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer hour_;
  bool is_awake_ = false;  // work() is posted
};

}  // namespace headgate::app
