#include "app/shutdown_sequence.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace headgate::app {
namespace {

using namespace std::chrono_literals;

// The sequence with actions that write down when they were asked.
class ShutdownSequenceTest : public testing::Test {
 protected:
  ShutdownActions actions() {
    ShutdownActions result;
    result.announce = [this] { events_.emplace_back("announce"); };
    result.begin_drain = [this] { events_.emplace_back("drain"); };
    result.drained = [this] { return drained_; };
    result.reopen_logs = [this] { events_.emplace_back("reopen"); };
    return result;
  }
  // Runs handlers until `count` events are there or ten seconds are over.
  void run_until_events(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (events_.size() < count && std::chrono::steady_clock::now() < deadline) io_.run_one_for(100ms);
    ASSERT_EQ(events_.size(), count);
  }

  boost::asio::io_context io_;
  std::vector<std::string> events_;
  bool drained_ = false;
};

using Events = std::vector<std::string>;

TEST_F(ShutdownSequenceTest, AnnouncesDrainsAndEnds) {
  drained_ = true;
  ShutdownSequence sequence(io_, 0s, 240s, actions());
  sequence.start();
  std::raise(SIGTERM);
  io_.run_for(10s);
  EXPECT_TRUE(io_.stopped());
  EXPECT_EQ(events_, (Events{"announce", "drain"}));
}

TEST_F(ShutdownSequenceTest, ServesOnDuringTheGracePeriod) {
  ShutdownSequence sequence(io_, 3600s, 240s, actions());
  sequence.start();
  std::raise(SIGTERM);
  run_until_events(1);
  io_.poll();
  EXPECT_EQ(events_, (Events{"announce"}));
  EXPECT_FALSE(io_.stopped());
}

TEST_F(ShutdownSequenceTest, EndsAtOnceOnASecondSignal) {
  for (const std::chrono::seconds grace : {3600s, 0s}) {  // once in the grace period, once while draining
    events_.clear();
    io_.restart();
    ShutdownSequence sequence(io_, grace, 3600s, actions());
    sequence.start();
    std::raise(SIGTERM);
    run_until_events(grace == 0s ? 2 : 1);
    std::raise(SIGINT);
    io_.run_for(10s);
    EXPECT_TRUE(io_.stopped());
  }
}

TEST_F(ShutdownSequenceTest, EndsWhenDrainingTakesTooLong) {
  ShutdownSequence sequence(io_, 0s, 0s, actions());
  sequence.start();
  std::raise(SIGTERM);
  io_.run_for(10s);
  EXPECT_TRUE(io_.stopped());
  EXPECT_EQ(events_, (Events{"announce", "drain"}));
}

TEST_F(ShutdownSequenceTest, OnlyReopensLogsOnSighup) {
  ShutdownSequence sequence(io_, 0s, 0s, actions());
  sequence.start();
  std::raise(SIGHUP);
  run_until_events(1);
  std::raise(SIGHUP);
  run_until_events(2);
  EXPECT_EQ(events_, (Events{"reopen", "reopen"}));
  EXPECT_FALSE(io_.stopped());
}

}  // namespace
}  // namespace headgate::app
