// One of several replicas writes: the Lease, the status of Ingresses, Events, as another client sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "cluster/cluster_fixture.h"
#include "cluster/prober.h"

namespace headgate::cluster_test {
namespace {

using test_support::eventually;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kAddress = "203.0.113.7";
constexpr std::chrono::seconds kLease{4};

class Leader : public ClusterTest {
 protected:
  // What a cloud does for a Service of type LoadBalancer.
  void give_the_service_an_address(const std::string& address) {
    const std::string patch = R"({"status":{"loadBalancer":{"ingress":[{"ip":")" + address + R"("}]}}})";
    EXPECT_EQ(
        cluster.api()
            .request("PATCH", "/api/v1/namespaces/headgate/services/headgate/status", patch, kMergePatch)
            .status,
        200);
  }
  Leader() { give_the_service_an_address(kAddress); }
  ReplicaOptions replica(const std::string& name) const {
    ReplicaOptions options;
    options.name = name;
    options.flags = {"--election-ttl=" + std::to_string(kLease.count()) + "s", "--status-update-interval=5"};
    return options;
  }
  std::string holder() { return value("lease/headgate-leader", "{.spec.holderIdentity}", "headgate"); }
  bool is_led_by(const Replica& replica_of_it, std::chrono::milliseconds within = test_support::kPatience) {
    return eventually([&] { return holder().starts_with(replica_of_it.name()); }, within);
  }
  std::string address_of(const std::string& name) {
    return value("ingress/" + name, "{.status.loadBalancer.ingress[*].ip}");
  }
  std::string version_of(const std::string& name) {
    return value("ingress/" + name, "{.metadata.resourceVersion}");
  }
};

TEST_F(Leader, WritesTheAddressThatKubectlShows) {
  cluster.apply(service_with_pod("web") + ingress("ours", "ours.test", "web") +
                test_support::ingress_class("foreign", "example.com/another") +
                ingress("theirs", "theirs.test", "web", "foreign"));
  add_running_pod("headgate-0");  // it is the only one: that is what it looks for at its end
  {
    const Replica headgate(cluster, replica("headgate-0"));
    ASSERT_TRUE(eventually([&] { return address_of("ours") == kAddress; }));
    EXPECT_THAT(cluster.kubectl({"get", "ingress", "ours"}).output, HasSubstr(kAddress));
    EXPECT_TRUE(is_led_by(headgate));
    cluster.apply(ingress("later", "later.test", "web"));
    ASSERT_TRUE(eventually([&] { return address_of("later") == kAddress; }));
    EXPECT_EQ(address_of("theirs"), "") << "an Ingress of another controller is left alone";
    // Once is enough: a look more at the address changes nothing.
    const std::string version = version_of("ours");
    give_the_service_an_address("203.0.113.8");
    ASSERT_TRUE(eventually([&] { return address_of("ours") == "203.0.113.8"; }));
    EXPECT_NE(version_of("ours"), version);
  }
  EXPECT_TRUE(eventually([&] { return address_of("ours").empty(); }))
      << "the last replica has taken its address along";
}

TEST_F(Leader, IsFollowedByAnotherWhenItDies) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  Replica first(cluster, replica("headgate-0"));
  ASSERT_TRUE(is_led_by(first));
  const Replica second(cluster, replica("headgate-1"));
  ASSERT_TRUE(eventually([&] { return address_of("web") == kAddress; }));
  SteadyProbe load(second.http_port(), "web.test");
  const auto killed = std::chrono::steady_clock::now();
  first.kill();
  EXPECT_TRUE(is_led_by(second));
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - killed;
  std::printf("a new leader %.1f s after the death of the old one (lease: %d s)\n", passed.count(),
              static_cast<int>(kLease.count()));
  // A lease after the last sign of life, which the follower has seen within a tenth of it. The rest is for a
  // busy machine.
  EXPECT_LE(passed, 1.5 * kLease);
  cluster.apply(ingress("new", "new.test", "web"));
  EXPECT_TRUE(eventually([&] { return address_of("new") == kAddress; })) << "the new leader writes";
  EXPECT_THAT(load.stop(), IsEmpty());
}

TEST_F(Leader, LeavesTheStatusToTheReplicaThatIsLeft) {
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  add_running_pod("headgate-0");
  add_running_pod("headgate-1");
  auto first = std::make_unique<Replica>(cluster, replica("headgate-0"));
  ASSERT_TRUE(is_led_by(*first));
  const Replica second(cluster, replica("headgate-1"));
  ASSERT_TRUE(eventually([&] { return address_of("web") == kAddress; }));
  first.reset();
  EXPECT_TRUE(is_led_by(second));
  EXPECT_EQ(address_of("web"), kAddress);
}

TEST_F(Leader, TellsWhatIsWrongAsAnEvent) {
  cluster.apply(service_with_pod("web"));
  test_support::IngressSpec spec;
  spec.name = "wrong";
  spec.class_name = "headgate";
  spec.rules = {{"wrong.test", {{"/", "Prefix", "absent", "80"}}}};
  cluster.apply(test_support::ingress(spec));
  const Replica headgate(cluster, replica("headgate-0"));
  const auto events = [&] {
    return cluster
        .kubectl({"get", "events.events.k8s.io", "--field-selector=regarding.name=wrong", "-o",
                  "jsonpath={range .items[*]}{.type} {.regarding.kind} {.note}{\"\\n\"}{end}"})
        .output;
  };
  EXPECT_TRUE(eventually([&] { return events().find("absent") != std::string::npos; })) << headgate.log();
  EXPECT_THAT(events(), StartsWith("Warning Ingress "));
}

}  // namespace
}  // namespace headgate::cluster_test
