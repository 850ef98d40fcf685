#include "k8swatch/leader_election.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/lease_server.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::failure_of;
using ::testing::HasSubstr;
using testing::LeaseServer;

constexpr TimePoint kStart = TimePoint(1000h);

LeaderElectionOptions options_of(const std::string& identity) {
  LeaderElectionOptions options;
  options.namespace_name = "ns";
  options.lease_name = "l";
  options.identity = identity;
  return options;
}

// One replica, its clock, and the server it talks to.
class Replica {
 public:
  explicit Replica(LeaseServer& server, const std::string& identity = "me", double random = 0.5)
      : server_(server), election(options_of(identity), [random] { return random; }) {}

  // What it asks for now; "-": nothing.
  std::string ask() {
    const auto request = election.next_request(moment());
    if (!request) return "-";
    last = *request;
    return last.method;
  }
  void get(const ApiOutcome& outcome) { election.on_answer(outcome, moment()); }
  // Lets the server answer whatever it asks for now: "GET PUT".
  std::string run() {
    std::string methods;
    for (std::string method = ask(); method != "-" && methods.size() < 100; method = ask()) {
      methods += (methods.empty() ? "" : " ") + method;
      get(server_.answer(last));
    }
    return methods;
  }
  // Goes to the next deadline and runs.
  std::string run_next() {
    now = *election.deadline();
    return run();
  }
  [[nodiscard]] bool leads() const { return election.is_leader(now); }
  [[nodiscard]] Moment moment() const {
    return {now, WallTime(std::chrono::seconds(1777636800)) + wall_offset};
  }

 private:
  LeaseServer& server_;

 public:
  LeaderElection election;
  TimePoint now = kStart;
  std::chrono::nanoseconds wall_offset = 123456789ns;
  ApiRequest last;
};

LeaseSpec held_by(const std::string& holder, std::chrono::seconds duration = 30s) {
  LeaseSpec spec;
  spec.holder = holder;
  spec.duration = duration;
  spec.acquire_time = "2020-01-01T00:00:00.000000Z";
  spec.transitions = 4;
  return spec;
}

TEST(LeaderElection, CreatesTheLeaseWhereThereIsNone) {
  LeaseServer server;
  Replica me(server);
  EXPECT_EQ(me.run(), "GET POST");
  EXPECT_TRUE(me.leads());
  EXPECT_EQ(me.last.target, "/apis/coordination.k8s.io/v1/namespaces/ns/leases");
  EXPECT_EQ(me.last.content_type, "application/json");
  EXPECT_EQ(
      me.last.body,
      R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"l","namespace":"ns"},)"
      R"("spec":{"holderIdentity":"me","leaseDurationSeconds":30,)"
      R"("acquireTime":"2026-05-01T12:00:00.123456Z","renewTime":"2026-05-01T12:00:00.123456Z",)"
      R"("leaseTransitions":0}})");
}

TEST(LeaderElection, LosesTheRaceToCreate) {
  LeaseServer server;
  Replica me(server);
  EXPECT_EQ(me.ask(), "GET");
  me.get(answer_of(404));
  EXPECT_EQ(me.ask(), "POST");
  server.put(held_by("other"));
  me.get(server.answer(me.last));
  EXPECT_EQ(me.ask(), "-");
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(me.run_next(), "GET");
  EXPECT_EQ(me.election.holder(), "other");
}

TEST(LeaderElection, RenewsWithoutReading) {
  LeaseServer server;
  Replica me(server);
  me.run();
  for (int i = 0; i < 10; ++i) {
    const TimePoint before = me.now;
    me.wall_offset += 7500ms;
    ASSERT_EQ(me.run_next(), "PUT");
    EXPECT_EQ(me.now - before, 7500ms);
    EXPECT_TRUE(me.leads());
  }
  EXPECT_EQ(me.last.target, "/apis/coordination.k8s.io/v1/namespaces/ns/leases/l");
  EXPECT_EQ(server.lease().transitions, 0);
  EXPECT_EQ(server.lease().acquire_time, "2026-05-01T12:00:00.123456Z");
  EXPECT_THAT(server.lease().spec_json, HasSubstr(R"("renewTime":"2026-05-01T12:01:15.123456Z")"));
}

TEST(LeaderElection, KeepsTheMetadataOfOthers) {
  LeaseServer server;
  Replica me(server);
  me.run();
  me.run_next();
  EXPECT_THAT(me.last.body, HasSubstr(R"("labels":{"owner":"somebody"},"resourceVersion":"101")"));
}

TEST(LeaderElection, WaitsWhileAnotherRenews) {
  LeaseServer server;
  Replica me(server);
  LeaseSpec spec = held_by("other");
  for (int i = 0; i < 40; ++i) {
    spec.renew_time += 7s;
    server.put(spec);  // between two looks each
    ASSERT_EQ(i == 0 ? me.run() : me.run_next(), "GET") << i;
    ASSERT_FALSE(me.leads());
  }
  // A candidate's looks are spread: 3 s times 0.9 to 1.
  EXPECT_EQ(*me.election.deadline() - me.now, 2850ms);
}

TEST(LeaderElection, TakesOverWhatRanOut) {
  LeaseServer server;
  server.put(held_by("other"));
  Replica me(server);
  me.run();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(me.run_next(), "GET");
  EXPECT_EQ(me.now - kStart, 28500ms);
  EXPECT_FALSE(me.leads());
  // Not a look's time later, but soon after its end.
  EXPECT_EQ(me.run_next(), "GET PUT");
  EXPECT_EQ(me.now - kStart, 30050ms);
  EXPECT_TRUE(me.leads());
  EXPECT_EQ(server.lease().holder, "me");
  EXPECT_EQ(server.lease().transitions, 5);
  EXPECT_EQ(server.lease().acquire_time, "2026-05-01T12:00:00.123456Z");
}

TEST(LeaderElection, FollowsADeadLeaderSoonAfterTheLastRenewalRanOut) {
  for (const double random : {0.0, 0.5, 0.999}) {
    // Whenever the last renewal was, seen from the looks of the candidate.
    for (Duration phase = 0ms; phase < 7500ms; phase += 50ms) {
      SCOPED_TRACE(std::to_string(random) + " " + std::to_string(phase / 1ms));
      LeaseServer server;
      LeaseSpec spec = held_by("other");
      server.put(spec);
      Replica me(server, "me", random);
      me.run();
      TimePoint renewed = kStart;
      int looks = 0;
      while (!me.leads() && me.now < kStart + 2min) {
        const TimePoint next = *me.election.deadline();
        for (TimePoint at = renewed == kStart ? kStart + phase : renewed + 7500ms;
             at <= next && at <= kStart + phase + 30s && at > renewed; at += 7500ms) {
          spec.renew_time += 7500ms;
          server.put(spec);
          renewed = at;
        }
        me.run_next();
        ++looks;
      }
      ASSERT_TRUE(me.leads());
      EXPECT_GE(me.now - renewed, 30s);
      EXPECT_LE(me.now - renewed, 33100ms);
      EXPECT_LE(looks, (me.now - kStart) / 2700ms + 2) << "of a GET each";
    }
  }
}

TEST(LeaderElection, LooksAtTheEndOfTheLeaseThoughALookFails) {
  LeaseServer server;
  server.put(held_by("other"));
  Replica me(server);
  me.run();
  while (me.now < kStart + 28s) {
    me.now = *me.election.deadline();
    if (me.now < kStart + 28s) me.run();
  }
  EXPECT_EQ(me.ask(), "GET");
  me.get(failure_of(ApiFailure::reset));
  EXPECT_EQ(me.run_next(), "GET PUT");
  EXPECT_EQ(me.now - kStart, 30050ms);
}

TEST(LeaderElection, LooksSoonAtWhoWasQuicker) {
  LeaseServer server;
  server.put(held_by("", 1s));
  Replica me(server);
  EXPECT_EQ(me.ask(), "GET");
  me.get(server.answer(me.last));
  EXPECT_EQ(me.ask(), "PUT");
  server.put(held_by("quicker"));
  me.get(server.answer(me.last));
  EXPECT_EQ(me.run_next(), "GET");
  EXPECT_EQ(me.now - kStart, 2850ms);
  EXPECT_EQ(me.election.holder(), "quicker");
}

TEST(LeaderElection, CountsFromWhatItSawNotFromWhatIsWritten) {
  struct Case {
    const char* name;
    std::chrono::hours skew;
  };
  for (const Case& c : {Case{"behind", -48h}, Case{"same", 0h}, Case{"ahead", 48h}}) {
    SCOPED_TRACE(c.name);
    LeaseServer server;
    LeaseSpec spec = held_by("other");
    spec.renew_time = WallTime(std::chrono::seconds(1777636800));
    server.put(spec);
    Replica me(server);
    me.wall_offset = c.skew;
    me.run();
    me.now = kStart + 29900ms;
    EXPECT_EQ(me.run(), "GET");
    EXPECT_FALSE(me.leads());
    me.now = kStart + 45s;
    EXPECT_EQ(me.run(), "GET PUT");
    EXPECT_TRUE(me.leads());
  }
}

TEST(LeaderElection, ObeysTheDurationThatIsWritten) {
  struct Case {
    std::chrono::seconds written;
    std::chrono::seconds wait;
    const char* expected;
  };
  for (const Case& c :
       {Case{5s, 4s, "GET"}, Case{5s, 6s, "GET PUT"}, Case{60s, 59s, "GET"}, Case{60s, 61s, "GET PUT"},
        // Not said: our own.
        Case{0s, 29s, "GET"}, Case{0s, 31s, "GET PUT"}}) {
    SCOPED_TRACE(std::to_string(c.written.count()) + " " + std::to_string(c.wait.count()));
    LeaseServer server;
    server.put(held_by("other", c.written));
    Replica me(server);
    me.run();
    me.now = kStart + c.wait;
    const std::string asked = me.run();
    EXPECT_EQ(asked, c.expected);
  }
}

TEST(LeaderElection, TakesWhatWasGivenBackAtOnce) {
  LeaseServer server;
  server.put(held_by("", 1s));
  Replica me(server);
  EXPECT_EQ(me.run(), "GET PUT");
  EXPECT_TRUE(me.leads());
  EXPECT_EQ(server.lease().transitions, 5);
}

TEST(LeaderElection, TakesOddLeasesToo) {
  struct Case {
    const char* spec;
    std::chrono::seconds wait;  // until it may be taken
    std::int64_t transitions;
  };
  for (const Case& c :
       {Case{"null", 0s, 1}, Case{"{}", 0s, 1}, Case{R"({"holderIdentity":null})", 0s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":null,"leaseTransitions":null})", 30s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":0})", 30s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":-5})", 30s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":-9223372036854775808})", 30s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":2147483648})", 30s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":9,"leaseTransitions":-7})", 9s, 1},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":9,"leaseTransitions":2147483646})", 9s,
             2147483647},
        Case{R"({"holderIdentity":"other","leaseDurationSeconds":9,"leaseTransitions":2147483647})", 9s,
             2147483647},
        Case{R"({"holderIdentity":"","leaseTransitions":9223372036854775807})", 0s, 2147483647}}) {
    SCOPED_TRACE(c.spec);
    LeaseServer server;
    server.put_spec(c.spec);
    Replica me(server);
    me.run();
    while (!me.leads() && me.now < kStart + 1min) me.run_next();
    ASSERT_TRUE(me.leads());
    EXPECT_GE(me.now, kStart + c.wait);
    EXPECT_LE(me.now, kStart + c.wait + 100ms);
    EXPECT_EQ(server.lease().transitions, c.transitions);
    EXPECT_EQ(me.run_next(), "PUT") << "and renews what it wrote";
    EXPECT_TRUE(me.leads());
  }
}

TEST(LeaderElection, ReadsAgainWhenARenewalIsRefused) {
  LeaseServer server;
  Replica me(server);
  me.run();
  LeaseSpec touched = held_by("me");  // by somebody who left it to us
  server.put(touched);
  EXPECT_EQ(me.run_next(), "PUT GET PUT");
  EXPECT_TRUE(me.leads());
  EXPECT_EQ(server.lease().transitions, 4);
  EXPECT_EQ(server.lease().acquire_time, touched.acquire_time);
}

TEST(LeaderElection, StopsAtOnceWhenAnotherHasTakenIt) {
  LeaseServer server;
  Replica me(server);
  me.run();
  server.put(held_by("thief"));
  EXPECT_EQ(me.run_next(), "PUT GET");
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(me.election.holder(), "thief");
}

TEST(LeaderElection, StopsBeforeTheLeaseRunsOut) {
  struct Case {
    const char* name;
    ApiOutcome outcome;
  };
  for (const Case& c : {Case{"no answer", failure_of(ApiFailure::connect)},
                        Case{"server fault", answer_of(500)}, Case{"too many", answer_of(429)},
                        Case{"forbidden", answer_of(403)}, Case{"no json", answer_of(200, "{")}}) {
    SCOPED_TRACE(c.name);
    LeaseServer server;
    Replica me(server);
    me.run();
    int tries = 0;
    while (me.leads() && ++tries < 100) {
      me.now = *me.election.deadline();
      while (me.ask() != "-") me.get(c.outcome);
    }
    EXPECT_EQ(me.now - kStart, 22500ms);
    EXPECT_LT(tries, 10);
    // And comes back when it can.
    while (!me.leads() && ++tries < 100) me.run_next();
    EXPECT_TRUE(me.leads());
    EXPECT_EQ(server.lease().transitions, 0);
  }
}

TEST(LeaderElection, DoesNotHammerAServerThatRefuses) {
  for (const int status : {400, 403, 409, 422, 429, 500, 503}) {
    SCOPED_TRACE(status);
    LeaseServer server;
    Replica me(server);
    int requests = 0;
    const TimePoint end = me.now + 10min;
    while (me.now < end) {
      while (me.ask() != "-") {
        ++requests;
        me.get(me.last.method == "GET" ? server.answer(me.last) : answer_of(status));
        ASSERT_LT(requests, 1000);
      }
      me.now = *me.election.deadline();
    }
    // A conflict is no refusal: who has the Lease is looked for as often as while another holds it.
    EXPECT_LE(requests, status == 409 ? 2 * 600 / 2.7 + 2 : 2 * 600 / 12 + 2);
  }
}

TEST(LeaderElection, StopsWhileAnAnswerIsAwaited) {
  LeaseServer server;
  Replica me(server);
  me.run();
  me.now = *me.election.deadline();
  EXPECT_EQ(me.ask(), "PUT");
  EXPECT_EQ(*me.election.deadline(), kStart + 22500ms);
  me.now = kStart + 22500ms;
  EXPECT_EQ(me.ask(), "-");
  EXPECT_FALSE(me.leads());
  // Late, but it was done: others count from when they see it, so do we from when we sent it.
  me.now = kStart + 23s;
  me.get(server.answer(me.last));
  EXPECT_TRUE(me.leads());
  EXPECT_FALSE(me.election.is_leader(kStart + 7500ms + 22500ms));
}

TEST(LeaderElection, DoesNotLeadByAnAnswerThatCameTooLate) {
  LeaseServer server;
  Replica me(server);
  EXPECT_EQ(me.ask(), "GET");
  me.get(server.answer(me.last));
  EXPECT_EQ(me.ask(), "POST");
  const ApiOutcome created = server.answer(me.last);
  me.now += 25s;
  me.get(created);
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(me.run(), "GET PUT");
  EXPECT_TRUE(me.leads());
}

TEST(LeaderElection, LeadsOnlyOnceAWriteIsConfirmed) {
  LeaseServer server;
  Replica me(server);
  me.ask();
  me.get(server.answer(me.last));
  EXPECT_EQ(me.ask(), "POST");
  server.answer(me.last);  // done, but the answer is lost
  me.get(failure_of(ApiFailure::reset));
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(me.run_next(), "GET PUT");
  EXPECT_TRUE(me.leads());
  EXPECT_EQ(server.lease().transitions, 0);
}

TEST(LeaderElection, CreatesAnewWhatWasDeleted) {
  LeaseServer server;
  Replica me(server);
  me.run();
  server.remove();
  EXPECT_EQ(me.run_next(), "PUT GET POST");
  EXPECT_TRUE(me.leads());
}

TEST(LeaderElection, GivesTheLeaseBack) {
  LeaseServer server;
  Replica me(server);
  me.run();
  me.election.release(me.now);
  EXPECT_FALSE(me.leads());
  EXPECT_FALSE(me.election.is_over());
  EXPECT_EQ(me.run(), "PUT");
  EXPECT_TRUE(me.election.is_over());
  EXPECT_EQ(server.lease().holder, "");
  EXPECT_EQ(server.lease().duration, 1s);
  EXPECT_EQ(me.election.deadline(), std::nullopt);
}

TEST(LeaderElection, GivesBackWhatItIsJustTaking) {
  LeaseServer server;
  Replica me(server);
  me.ask();
  me.get(server.answer(me.last));
  EXPECT_EQ(me.ask(), "POST");
  me.election.release(me.now);
  me.get(server.answer(me.last));
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(me.run(), "PUT");
  EXPECT_TRUE(me.election.is_over());
  EXPECT_EQ(server.lease().holder, "");
}

TEST(LeaderElection, GivesBackWhatItMayHaveTaken) {
  LeaseServer server;
  Replica me(server);
  me.ask();
  me.get(server.answer(me.last));
  EXPECT_EQ(me.ask(), "POST");
  server.answer(me.last);
  me.get(failure_of(ApiFailure::timeout));
  me.election.release(me.now);
  EXPECT_EQ(me.run(), "GET PUT");
  EXPECT_TRUE(me.election.is_over());
  EXPECT_EQ(server.lease().holder, "");
}

TEST(LeaderElection, ReleasesTheNewestVersionAfterAConflict) {
  LeaseServer server;
  Replica me(server);
  me.run();
  server.put(held_by("me"));
  me.election.release(me.now);
  EXPECT_EQ(me.run(), "PUT GET PUT");
  EXPECT_TRUE(me.election.is_over());
  EXPECT_EQ(server.lease().holder, "");
}

TEST(LeaderElection, LeavesTheLeaseOfAnotherAlone) {
  LeaseServer server;
  server.put(held_by("other"));
  Replica me(server);
  me.run();
  me.election.release(me.now);
  EXPECT_EQ(me.run(), "");
  EXPECT_TRUE(me.election.is_over());
  EXPECT_EQ(server.lease().holder, "other");
}

TEST(LeaderElection, GivesUpReleasingAfterSomeTries) {
  LeaseServer server;
  Replica me(server);
  me.run();
  me.election.release(me.now);
  int requests = 0;
  while (!me.election.is_over() && requests < 100) {
    if (me.ask() == "-") {
      me.now = *me.election.deadline();
      continue;
    }
    ++requests;
    me.get(answer_of(503));
  }
  EXPECT_LE(requests, 6);
  EXPECT_LE(me.now - kStart, 2s);
}

}  // namespace
}  // namespace headgate::k8swatch
