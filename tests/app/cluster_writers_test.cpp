#include "app/cluster_writers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "app/random_uuid.h"
#include "app/scripted_cluster.h"
#include "k8swatch/controller_fixture.h"

namespace headgate::app {
namespace {

using namespace std::chrono_literals;
using k8swatch::testing::backend;
using k8swatch::testing::ingress;
using k8swatch::testing::ingress_class;
using k8swatch::testing::path;
using k8swatch::testing::rule;
using k8swatch::testing::service;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr auto kPatience = 10s;  // nothing here takes long
constexpr const char* kStatus = "PATCH /apis/networking.k8s.io/v1/namespaces/default/ingresses/";
constexpr const char* kEvent = "POST /apis/events.k8s.io/v1/namespaces/default/events";
constexpr const char* kPutLease = "PUT /apis/coordination.k8s.io/v1/namespaces/ns/leases/l";

class ClusterWritersTest : public ::testing::Test, protected k8swatch::testing::ControllerFixture {
 protected:
  ClusterWritersTest() {
    options_.election.namespace_name = "ns";
    options_.election.lease_name = "l";
    options_.election.identity = "pod-a_1";
    options_.addresses.fixed = {{"", "192.0.2.1"}};
    options_.pod_namespace = "ns";
    options_.pod_name = "pod-a";
    options_.reporter.instance = "pod-a";
    options_.sync_events = false;
  }
  void start() { writers_.emplace(io_, api_, controller(), options_); }
  void put_ingress(const std::string& name, const std::string& service_name = "web") {
    k8swatch::Ingress object = ingress(name, {rule(name + ".org", {path("/", service_name)})});
    object.metadata.uid = "u-" + name;
    object.metadata.resource_version = std::to_string(++version_);
    put(object);
  }
  void publish_first() {
    put(ingress_class("headgate"));
    put(service("web"));
    put_ingress("one");
    publish();
    tell();
  }
  void tell() {
    writers_->set_findings(std::make_shared<const std::vector<k8swatch::Finding>>(controller().findings()));
  }
  template <typename Condition>
  bool run_until(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition() && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_one_for(100ms);
    }
    return condition();
  }
  // Lets everything happen that needs no waiting.
  void settle() {
    io_.restart();
    io_.poll();
  }
  bool end() {
    writers_->begin_end();
    return run_until([this] { return writers_->is_over(); });
  }
  std::string last_body(const std::string& beginning) {
    for (std::size_t i = api_.asked.size(); i-- > 0;)
      if (api_.asked[i].starts_with(beginning)) return api_.bodies[i];
    return "";
  }

  boost::asio::io_context io_{1};
  testing::ScriptedCluster api_{io_};
  ClusterWriterOptions options_;
  std::optional<ClusterWriters> writers_;
  int version_ = 0;
};

TEST_F(ClusterWritersTest, TheLeaderWritesTheStatusOfWhatIsServed) {
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  EXPECT_TRUE(writers_->is_leader());
  EXPECT_THAT(last_body(kStatus), HasSubstr(R"([{"ip":"192.0.2.1"}])"));
  put_ingress("two");
  ASSERT_TRUE(run_until([&] { return api_.count(std::string(kStatus) + "two") == 1; }));
  settle();
  EXPECT_EQ(api_.count(kStatus), 2u);
}

TEST_F(ClusterWritersTest, WritesNothingBeforeItIsKnownWhatIsServed) {
  start();
  put_ingress("one", "missing");
  ASSERT_TRUE(run_until([&] { return writers_->is_leader(); }));
  settle();
  EXPECT_EQ(api_.count("PATCH"), 0u);
  EXPECT_EQ(api_.count(kEvent), 0u);
  publish_first();
  EXPECT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
}

TEST_F(ClusterWritersTest, TellsOfFindingsAndOfIngressesTaken) {
  options_.sync_events = true;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kEvent) == 1; }));
  EXPECT_THAT(last_body(kEvent), HasSubstr(R"("note":"Scheduled for sync")"));
  put_ingress("bad", "missing");
  publish();
  tell();
  ASSERT_TRUE(run_until([&] { return api_.count(kEvent) == 3; }));
  EXPECT_THAT(api_.bodies, Contains(AllOf(HasSubstr(R"("type":"Warning")"), HasSubstr(R"("uid":"u-bad")"))));
}

TEST_F(ClusterWritersTest, AFollowerWritesNothing) {
  k8swatch::LeaseSpec spec;
  spec.holder = "pod-b_7";
  spec.duration = 30s;
  api_.lease.put(spec);
  options_.sync_events = true;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count("GET") == 1; }));
  settle();
  EXPECT_FALSE(writers_->is_leader());
  EXPECT_EQ(api_.asked.size(), 1u);
  EXPECT_TRUE(end());
  EXPECT_EQ(api_.asked.size(), 1u);
}

TEST_F(ClusterWritersTest, ANewLeaderTellsOfEverythingThatIsWrong) {
  k8swatch::LeaseSpec spec;
  spec.holder = "pod-b_7";
  spec.duration = 1s;
  api_.lease.put(spec);
  options_.election = with_ttl(options_.election, 1s);
  start();
  publish_first();
  put_ingress("bad", "missing");
  publish();
  tell();
  // Nobody renews it: in a second or two it is ours.
  ASSERT_TRUE(run_until([&] { return writers_->is_leader(); }));
  EXPECT_TRUE(run_until([&] { return api_.count(kEvent) == 1 && api_.count(kStatus) == 2; }));
}

TEST_F(ClusterWritersTest, WithoutElectionThereAreEventsAndNoStatus) {
  options_.elect = false;
  options_.sync_events = true;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kEvent) == 1; }));
  settle();
  EXPECT_EQ(api_.asked.size(), 1u);
  EXPECT_FALSE(writers_->is_leader());
  EXPECT_TRUE(end());
}

TEST_F(ClusterWritersTest, WithoutStatusTheAddressesAreNotLookedFor) {
  options_.update_status = false;
  options_.addresses.fixed.clear();
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return writers_->is_leader(); }));
  settle();
  EXPECT_EQ(api_.count("PATCH"), 0u);
  EXPECT_EQ(api_.count("GET /api/v1"), 0u);
  EXPECT_TRUE(end());
  EXPECT_EQ(api_.lease.lease().holder, "");
}

TEST_F(ClusterWritersTest, TheLastReplicaClearsTheStatusAndGivesTheLeaseBack) {
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  ASSERT_TRUE(end());
  EXPECT_EQ(api_.count(kStatus), 2u);
  EXPECT_THAT(last_body(kStatus), HasSubstr(R"("ingress":null)"));
  EXPECT_EQ(api_.lease.lease().holder, "");
  EXPECT_TRUE(api_.asked.back().starts_with(kPutLease)) << api_.asked.back();
}

TEST_F(ClusterWritersTest, LeavesTheStatusToAnotherReplica) {
  api_.other_pods = R"(,{"metadata":{"name":"pod-b"},"status":{"phase":"Running"}})";
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  ASSERT_TRUE(end());
  EXPECT_EQ(api_.count(kStatus), 1u);
  EXPECT_EQ(api_.lease.lease().holder, "");
}

TEST_F(ClusterWritersTest, LeavesTheStatusWhereTheFlagSaysSo) {
  options_.clear_at_the_end = false;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  ASSERT_TRUE(end());
  EXPECT_EQ(api_.count(kStatus), 1u);
  EXPECT_EQ(api_.count("GET /api/v1"), 0u);
}

TEST_F(ClusterWritersTest, EndsInTimeWhenTheServerIsGone) {
  options_.check_patience = 0s;
  options_.clearing_patience = 1h;
  options_.progress_patience = 1h;
  options_.release_patience = 0s;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  api_.is_up = false;
  EXPECT_TRUE(end());
  EXPECT_EQ(api_.count(kStatus), 1u);
}

TEST_F(ClusterWritersTest, GivesUpClearingThatMakesNoProgress) {
  options_.check_patience = 1h;
  options_.clearing_patience = 1h;
  options_.progress_patience = 50ms;
  start();
  publish_first();
  put_ingress("two");
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 2; }));
  settle();
  api_.hangs_after = api_.asked.size() + 3;  // two looks at the pods, one status
  ::testing::internal::CaptureStderr();
  writers_->begin_end();
  EXPECT_TRUE(run_until([&] { return api_.asked.size() == *api_.hangs_after + 1; }));
  api_.hangs_after.reset();
  EXPECT_TRUE(run_until([&] { return writers_->is_over(); }));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("no time left to clear it, 1 are left"));
  EXPECT_EQ(api_.lease.lease().holder, "");
}

TEST_F(ClusterWritersTest, SaysOnceWhyTheStatusStays) {
  api_.own_pod_is_there = false;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(end());
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("it is not known whether another replica is left: there is no pod ns/pod-a"));
  EXPECT_EQ(said.find("status of Ingresses"), said.rfind("status of Ingresses")) << said;
  EXPECT_EQ(api_.count(kStatus), 1u);
}

TEST_F(ClusterWritersTest, SaysThatItLeadsNoMoreWhenTheLeaseWasLostAtTheEnd) {
  options_.election = with_ttl(options_.election, 1s);
  options_.check_patience = 1h;
  start();
  publish_first();
  ASSERT_TRUE(run_until([&] { return api_.count(kStatus) == 1; }));
  api_.is_up = false;
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(end());
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("stays, this is not the leader any more"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("another replica")));
}

TEST(RandomUuid, IsOneOfVersionFour) {
  const std::string uuid = random_uuid();
  ASSERT_EQ(uuid.size(), 36u);
  for (const std::size_t dash : {8u, 13u, 18u, 23u}) EXPECT_EQ(uuid[dash], '-');
  EXPECT_EQ(uuid[14], '4');
  EXPECT_THAT("89ab", HasSubstr(std::string(1, uuid[19])));
  EXPECT_NE(uuid, random_uuid());
}

}  // namespace
}  // namespace headgate::app
