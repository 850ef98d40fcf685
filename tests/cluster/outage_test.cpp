// The API server goes away, hangs, comes back: traffic never stops, and what changed meanwhile is served soon
// after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cluster/cluster_fixture.h"
#include "cluster/prober.h"
#include "support/full_run.h"
#include "support/program.h"
#include "support/ticker.h"

namespace headgate::cluster_test {
namespace {

using ::testing::IsEmpty;

// The longest pause between two attempts is 60 s, and the first may meet a server that is not ready yet.
constexpr std::chrono::seconds kRecovery{130};

class Outage : public ClusterTest {
 protected:
  // The rest of the test passes here, so to say: a time during which the load must go on.
  static void let_pass(std::chrono::seconds time) {
    test_support::Ticker beat(time);
    beat.next();
  }
  std::chrono::seconds outage() const { return std::chrono::seconds(test_support::is_full_run() ? 600 : 3); }
};

TEST_F(Outage, TrafficGoesOnWhileTheServerIsDeadAndChangesFollowWhenItIsBack) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  const Replica headgate(cluster);
  ASSERT_EQ(headgate.get("web.test").status, 200);
  SteadyProbe load(headgate.http_port(), "web.test");
  cluster.server().kill();
  const std::size_t before = load.answered();
  let_pass(outage());
  EXPECT_GT(load.answered(), before);
  EXPECT_EQ(headgate.admin("/readyz").status, 200) << "it serves, so it is ready";
  cluster.server().start();
  cluster.apply(ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate.wait_for("new.test", "/", 200, "web", kRecovery));
  EXPECT_THAT(load.stop(), IsEmpty());
}

TEST_F(Outage, WhatWasDeletedWhileNobodyWatchedIsGone) {
  cluster.apply(service_with_pod("web") + ingress("stays", "stays.test", "web") +
                ingress("goes", "goes.test", "web"));
  const Replica headgate(cluster);
  ASSERT_EQ(headgate.get("goes.test").status, 200);
  // Frozen it sees nothing. The server's restart takes its history: the watch cannot be continued.
  ASSERT_EQ(::kill(headgate.pid(), SIGSTOP), 0);
  cluster.server().kill();
  cluster.server().start();
  EXPECT_EQ(cluster.api().request("DELETE", kIngressPath + "/goes").status, 200);
  cluster.apply(ingress("stays", "moved.test", "web"));
  ASSERT_EQ(::kill(headgate.pid(), SIGCONT), 0);
  EXPECT_TRUE(headgate.wait_for("goes.test", "/", 404, "", kRecovery));
  EXPECT_TRUE(headgate.wait_for("moved.test", "/", 200, "web", kRecovery));
  EXPECT_EQ(headgate.get("stays.test").status, 404);
}

TEST_F(Outage, AHangingServerStopsNothing) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  const Replica headgate(cluster);
  SteadyProbe load(headgate.http_port(), "web.test");
  cluster.server().freeze();
  let_pass(std::chrono::seconds(test_support::is_full_run() ? 120 : 2));
  cluster.server().thaw();
  cluster.apply(ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate.wait_for("new.test", "/", 200, "web", kRecovery));
  EXPECT_THAT(load.stop(), IsEmpty());
}

// The server's machine is lost without a word: for the client its watches are as quiet as before. TCP's own
// questions find out.
TEST_F(Outage, AHalfOpenWatchIsFoundDead) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  const Replica headgate(cluster);
  set_node_reachable(false);
  cluster.server().kill();
  let_pass(std::chrono::seconds(3));  // its last words have been given up
  set_node_reachable(true);
  cluster.server().start();
  cluster.apply(ingress("new", "new.test", "web"));
  if (headgate.get("new.test").status != 404)  // the machine is too busy to be back before the first question
    test_support::say_not_tested("the watch was not half-open any more when the server was back");
  EXPECT_TRUE(headgate.wait_for("new.test", "/", 200, "web", kRecovery));
}

TEST_F(Outage, ATokenOfTheFileIsReadAgain) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  const Replica headgate(cluster);
  // The old token ends with its key; the file has one of the new key.
  cluster.server().kill();
  std::filesystem::remove(cluster.server().file("sa.key"));
  std::filesystem::remove(cluster.server().file("ca.crt"));  // so certificates and keys are made anew
  cluster.server().start();
  cluster.reconnect();
  cluster.renew_headgate_token();
  cluster.apply(ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate.wait_for("new.test", "/", 200, "web", kRecovery));
}

TEST_F(Outage, AReplicaThatStartsWithoutAServerBecomesReadyWhenThereIsOne) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  cluster.server().kill();
  ReplicaOptions options;
  options.wait_until_ready = false;
  const Replica headgate(cluster, options);
  ASSERT_TRUE(test_support::eventually([&] { return headgate.admin("/readyz").status == 503; }));
  EXPECT_EQ(headgate.admin("/healthz").status, 200) << "nothing is wrong with it: no reason to restart it";
  cluster.server().start();
  EXPECT_TRUE(test_support::eventually([&] { return headgate.admin("/readyz").status == 200; }, kRecovery));
  EXPECT_EQ(headgate.get("web.test").field("X-Pod"), "web");
}

}  // namespace
}  // namespace headgate::cluster_test
