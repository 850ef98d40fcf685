// Two replicas, one server, and a network that loses, delays and repeats: never two leaders.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/log.h"
#include "k8swatch/leader_election.h"
#include "k8swatch/lease_server.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::failure_of;
using testing::LeaseServer;

constexpr Duration kTick = 50ms;

// A request on its way to the server, or an answer on its way back.
struct Message {
  TimePoint due;
  std::size_t replica = 0;
  std::uint64_t exchange = 0;
  std::optional<ApiRequest> request;
  bool twice = false;           // the connection broke in between, and the client sent it again by itself
  bool answer_is_lost = false;  // done, but nobody hears of it
  Duration way_back{};
  ApiOutcome outcome;
};

struct Replica {
  std::unique_ptr<LeaderElection> election;
  std::string identity;
  std::uint64_t exchange = 0;  // the one under way; answers to others are dropped
  bool waits = false;
  TimePoint times_out{};
  TimePoint asleep_until{};  // a stopped process
  Duration wall_offset{};
  std::optional<ApiOutcome> arrived;
};

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    for (const char* identity : {"a", "b"}) replicas_.emplace_back(start(identity));
  }

  void run(Duration time, bool with_faults) {
    for (const TimePoint end = now_ + time; now_ < end && !::testing::Test::HasFatalFailure();
         now_ += kTick) {
      faults_ = with_faults;
      deliver();
      for (std::size_t i = 0; i < replicas_.size(); ++i) live(i);
      check();
    }
  }
  [[nodiscard]] int leaders() const {
    int count = 0;
    for (const Replica& replica : replicas_) count += replica.election->is_leader(now_) ? 1 : 0;
    return count;
  }
  [[nodiscard]] int changes() const { return changes_; }

 private:
  bool chance(double p) { return std::uniform_real_distribution<double>(0, 1)(random_) < p; }
  Duration up_to(Duration most) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random_));
  }

  Replica start(const std::string& identity) {
    LeaderElectionOptions options;
    options.namespace_name = "ns";
    options.lease_name = "l";
    options.identity = identity + std::to_string(++processes_);
    Replica replica;
    replica.identity = options.identity;
    replica.election = std::make_unique<LeaderElection>(
        std::move(options), [this] { return std::uniform_real_distribution<double>(0, 1)(random_); });
    return replica;
  }

  void send(std::size_t index, ApiRequest request) {
    Replica& replica = replicas_[index];
    replica.waits = true;
    replica.exchange = ++exchanges_;
    replica.times_out = now_ + request.idle_timeout;
    Message message{now_ + up_to(20ms), index, replica.exchange, std::move(request), false, false,
                    up_to(20ms),        {}};
    if (faults_) {
      if (chance(0.1)) return;  // lost
      if (chance(0.15)) message.due += up_to(20s);
      if (chance(0.1)) message.way_back += up_to(20s);
      message.twice = chance(0.1);
      message.answer_is_lost = chance(0.1);
    }
    messages_.push_back(std::move(message));
  }

  void deliver() {
    std::deque<Message> due;
    for (auto at = messages_.begin(); at != messages_.end();) {
      if (at->due > now_) {
        ++at;
        continue;
      }
      due.push_back(std::move(*at));
      at = messages_.erase(at);
    }
    for (Message& message : due) {
      if (!message.request) {
        Replica& replica = replicas_[message.replica];
        if (replica.waits && replica.exchange == message.exchange) replica.arrived = message.outcome;
        continue;
      }
      ApiOutcome outcome = faults_ && chance(0.1) ? answer_of(500) : server_.answer(*message.request);
      if (message.twice) outcome = server_.answer(*message.request);
      if (message.answer_is_lost) continue;
      messages_.push_back(
          {now_ + message.way_back, message.replica, message.exchange, {}, false, false, {}, outcome});
    }
  }

  void live(std::size_t index) {
    Replica& replica = replicas_[index];
    if (faults_ && chance(0.0005)) replica.asleep_until = now_ + up_to(60s);
    if (now_ < replica.asleep_until) return;
    if (faults_ && chance(0.0005)) replica.wall_offset = up_to(48h) - Duration(24h);
    if (faults_ && chance(0.0001)) {
      // Killed without a word, and started anew.
      const std::string name = replica.identity.substr(0, 1);
      replica = start(name);
    }
    const Moment now{now_, WallTime((now_ + replica.wall_offset).time_since_epoch())};
    if (replica.waits && (replica.arrived || now_ >= replica.times_out)) {
      replica.waits = false;
      const ApiOutcome outcome = replica.arrived.value_or(failure_of(ApiFailure::timeout));
      replica.arrived.reset();
      replica.election->on_answer(outcome, now);
    }
    for (int i = 0; i < 3; ++i) {
      const auto deadline = replica.election->deadline();
      if (!deadline || *deadline > now_) return;
      if (auto request = replica.election->next_request(now)) {
        ASSERT_FALSE(replica.waits) << "two requests at once";
        send(index, *std::move(request));
      }
    }
  }

  void check() {
    // Also those that are stopped: they would act on what they believe when they go on.
    ASSERT_LE(leaders(), 1) << "at " << now_.time_since_epoch() / 1ms << " ms";
    for (const Replica& replica : replicas_) {
      if (!replica.election->is_leader(now_)) continue;
      ASSERT_EQ(server_.lease().holder, replica.identity);
      if (leader_ == replica.identity) continue;
      leader_ = replica.identity;
      ++changes_;
    }
  }

  std::mt19937 random_;
  TimePoint now_{1000h};
  bool faults_ = false;
  LeaseServer server_;
  std::vector<Replica> replicas_;
  std::vector<Message> messages_;
  std::uint64_t exchanges_ = 0;
  int processes_ = 0;
  std::string leader_;
  int changes_ = 0;
};

TEST(LeaderElectionModel, NeverHasTwoLeadersAndAlwaysOneInTheEnd) {
  log::set_level(log::Level::error);  // it would tell of thousands of changes
  int changes = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int round = 0; round < 5; ++round) {
      world.run(12min, true);
      world.run(3min, false);
      ASSERT_FALSE(HasFatalFailure());
      EXPECT_EQ(world.leaders(), 1);
    }
    changes += world.changes();
  }
  log::set_level(log::Level::info);
  EXPECT_GT(changes, 120) << "too peaceful to show anything";
}

}  // namespace
}  // namespace headgate::k8swatch
