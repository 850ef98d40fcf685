#include "k8swatch/address_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "k8swatch/lease_server.h"
#include "k8swatch/load_balancer_address.h"
#include "k8swatch/replica_check.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using ::testing::ElementsAre;
using testing::failure_of;

constexpr const char* kServiceTarget = "/api/v1/namespaces/ns/services?fieldSelector=metadata.name%3Dsvc";
constexpr const char* kOwnPod = "/api/v1/namespaces/ns/pods?fieldSelector=metadata.name%3Dpod-a";
constexpr const char* kPods =
    "/api/v1/namespaces/ns/pods?labelSelector=app.kubernetes.io%2Fname%3Dheadgate%2Crole%3Dedge";

std::string list_of(const std::string& items) { return R"({"kind":"List","items":[)" + items + "]}"; }

std::string pod(const std::string& name, const std::string& node, const std::string& more_metadata = "",
                const std::string& phase = "Running", const std::string& ready = "True") {
  return R"({"metadata":{"name":")" + name +
         R"(","labels":{"app.kubernetes.io/name":"headgate","pod-template-hash":"5f","role":"edge",)"
         R"("controller-revision-hash":"x","statefulset.kubernetes.io/pod-name":"y"})" +
         more_metadata + R"(},"spec":{"nodeName":")" + node + R"("},"status":{"phase":")" + phase +
         R"(","conditions":[{"type":"Initialized","status":"True"},{"type":"Ready","status":")" + ready +
         R"("}]}})";
}

std::string node(const std::string& internal, const std::string& external) {
  std::string addresses = R"({"type":"Hostname","address":"h"})";
  if (!internal.empty()) addresses += R"(,{"type":"InternalIP","address":")" + internal + "\"}";
  if (!external.empty()) addresses += R"(,{"type":"ExternalIP","address":")" + external + "\"}";
  return R"({"status":{"addresses":[)" + addresses + "]}}";
}

// Answers by target; 404 for everything else.
class Server {
 public:
  std::map<std::string, ApiOutcome> answers;
  std::vector<std::string> asked;

  void run(ApiTask& task, TimePoint now) {
    for (int i = 0; i < 100; ++i) {
      const auto deadline = task.deadline();
      if (!deadline || *deadline > now) return;
      const auto request = task.next_request({now, {}});
      if (!request) continue;
      asked.push_back(request->target);
      const auto at = answers.find(request->target);
      task.on_answer(at == answers.end() ? answer_of(404) : at->second, {now, {}});
    }
    FAIL() << "asks for ever";
  }
};

constexpr TimePoint kNow = TimePoint(1000h);

AddressOptions of_service() {
  AddressOptions options;
  options.publish_service = "ns/svc";
  return options;
}
AddressOptions of_nodes() {
  AddressOptions options;
  options.pod_namespace = "ns";
  options.pod_name = "pod-a";
  return options;
}

TEST(AddressFinder, TakesAddressesOfTheFlagAsTheyAre) {
  AddressOptions options = of_service();
  options.fixed = {{"lb.example.com", ""}, {"", "192.0.2.2"}, {"", "192.0.2.1"}, {"", "192.0.2.2"}};
  AddressFinder finder(options);
  Server server;
  server.run(finder, kNow);
  EXPECT_EQ(finder.addresses(), std::nullopt);
  finder.look(kNow);
  server.run(finder, kNow);
  EXPECT_EQ(to_string(*finder.addresses()), "192.0.2.1, 192.0.2.2, lb.example.com");
  EXPECT_THAT(server.asked, ElementsAre());
}

TEST(AddressFinder, ReadsEveryTypeOfServiceAsIngressNginxDoes) {
  struct Case {
    const char* spec_and_status;
    const char* expected;  // "?": not known
  };
  const Case cases[] = {
      {R"("spec":{"type":"LoadBalancer"},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9"},{"hostname":"lb.example.com"}]}})",
       "192.0.2.9, lb.example.com"},
      {R"("spec":{"type":"LoadBalancer","externalIPs":["192.0.2.8","192.0.2.9"]},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9","ports":[{"port":80}]}]}})",
       "192.0.2.8, 192.0.2.9"},
      {R"("spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1"},"status":{"loadBalancer":{}})", "?"},
      {R"("spec":{"type":"NodePort","clusterIP":"10.0.0.1","externalIPs":["192.0.2.3"]})", "192.0.2.3"},
      {R"("spec":{"type":"NodePort","clusterIP":"10.0.0.1","externalIPs":null})", "10.0.0.1"},
      {R"("spec":{"type":"ClusterIP","clusterIP":"10.0.0.1","externalIPs":["192.0.2.3"]})", "10.0.0.1"},
      {R"("spec":{"clusterIP":"2001:db8::1"})", "2001:db8::1"},
      {R"("spec":{"type":"ClusterIP","clusterIP":"None"})", "?"},
      {R"("spec":{"type":"ExternalName","externalName":"lb.example.com"})", "lb.example.com"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.spec_and_status);
    AddressFinder finder(of_service());
    Server server;
    server.answers[kServiceTarget] =
        answer_of(200, list_of(R"({"metadata":{"name":"svc"},)" + std::string(c.spec_and_status) + "}"));
    finder.look(kNow);
    server.run(finder, kNow);
    EXPECT_EQ(finder.addresses() ? to_string(*finder.addresses()) : "?", c.expected);
    EXPECT_THAT(server.asked, ElementsAre(kServiceTarget));
  }
}

TEST(AddressFinder, KeepsWhatItFoundWhileLookingFails) {
  AddressFinder finder(of_service());
  Server server;
  server.answers[kServiceTarget] = answer_of(200, list_of(R"({"spec":{"clusterIP":"10.0.0.1"}})"));
  finder.look(kNow);
  server.run(finder, kNow);
  EXPECT_EQ(*finder.deadline(), kNow + 60s);
  for (const ApiOutcome& outcome :
       {answer_of(200, list_of("")), answer_of(200, "{"), answer_of(403), failure_of(ApiFailure::reset)}) {
    server.answers[kServiceTarget] = outcome;
    const TimePoint now = *finder.deadline();
    server.run(finder, now);
    EXPECT_EQ(to_string(*finder.addresses()), "10.0.0.1");
    EXPECT_EQ(*finder.deadline(), now + 5s);
  }
}

TEST(AddressFinder, LooksAgainWhenAskedMeanwhile) {
  AddressFinder finder(of_service());
  finder.look(kNow);
  ASSERT_TRUE(finder.next_request({kNow, {}}));
  finder.look(kNow);
  finder.on_answer(answer_of(200, list_of(R"({"spec":{"clusterIP":"10.0.0.1"}})")), {kNow, {}});
  EXPECT_EQ(*finder.deadline(), kNow);
}

TEST(AddressFinder, IgnoresAnswersWhileResting) {
  AddressFinder finder(of_service());
  finder.look(kNow);
  ASSERT_TRUE(finder.next_request({kNow, {}}));
  finder.rest();
  finder.on_answer(answer_of(200, list_of(R"({"spec":{"clusterIP":"10.0.0.1"}})")), {kNow, {}});
  EXPECT_EQ(finder.addresses(), std::nullopt);
  EXPECT_EQ(finder.deadline(), std::nullopt);
}

TEST(AddressFinder, TakesTheNodesOfRunningReadyPods) {
  AddressFinder finder(of_nodes());
  Server server;
  server.answers[kOwnPod] = answer_of(200, list_of(pod("pod-a", "n1")));
  server.answers[kPods] =
      answer_of(200, list_of(pod("pod-a", "n1", "", "Running", "False") + "," + pod("pod-b", "n2") + "," +
                             pod("pod-c", "n2") + "," + pod("pod-d", "n3", "", "Running", "False") + "," +
                             pod("pod-e", "n4", "", "Pending")));
  server.answers["/api/v1/nodes/n1"] = answer_of(200, node("10.0.0.1", "192.0.2.1"));
  server.answers["/api/v1/nodes/n2"] = answer_of(200, node("10.0.0.2", ""));
  finder.look(kNow);
  server.run(finder, kNow);
  EXPECT_EQ(to_string(*finder.addresses()), "10.0.0.2, 192.0.2.1");
  EXPECT_THAT(server.asked, ElementsAre(kOwnPod, kPods, "/api/v1/nodes/n2", "/api/v1/nodes/n1"));
}

TEST(AddressFinder, TakesInternalAddressesWhereTheyAreAskedFor) {
  AddressOptions options = of_nodes();
  options.internal_node_address = true;
  AddressFinder finder(options);
  Server server;
  server.answers[kOwnPod] = answer_of(200, list_of(pod("pod-a", "n1")));
  server.answers[kPods] = server.answers[kOwnPod];
  server.answers["/api/v1/nodes/n1"] = answer_of(200, node("10.0.0.1", "192.0.2.1"));
  finder.look(kNow);
  server.run(finder, kNow);
  EXPECT_EQ(to_string(*finder.addresses()), "10.0.0.1");
}

TEST(AddressFinder, DoesNotShortenTheListForANodeItCannotRead) {
  AddressFinder finder(of_nodes());
  Server server;
  server.answers[kOwnPod] = answer_of(200, list_of(pod("pod-a", "n1")));
  server.answers[kPods] = answer_of(200, list_of(pod("pod-a", "n1") + "," + pod("pod-b", "n2")));
  server.answers["/api/v1/nodes/n1"] = answer_of(200, node("10.0.0.1", ""));
  server.answers["/api/v1/nodes/n2"] = answer_of(500);
  finder.look(kNow);
  server.run(finder, kNow);
  EXPECT_EQ(finder.addresses(), std::nullopt);
  // One that is gone is another matter.
  server.answers.erase("/api/v1/nodes/n2");
  server.run(finder, *finder.deadline());
  EXPECT_EQ(to_string(*finder.addresses()), "10.0.0.1");
}

TEST(ReplicaCheck, KnowsWhetherAnotherIsLeft) {
  struct Case {
    const char* name;
    std::string others;
    bool is_last;
  };
  const std::string ending = R"(,"deletionTimestamp":"2026-05-01T12:00:00Z")";
  const Case cases[] = {
      {"alone", "", true},
      {"one more", "," + pod("pod-b", "n2"), false},
      {"one that starts", "," + pod("pod-b", "", "", "Pending", "False"), false},
      {"one that ends as well", "," + pod("pod-b", "n2", ending), true},
      {"one that has ended", "," + pod("pod-b", "n2", "", "Succeeded"), true},
      {"one that has failed", "," + pod("pod-b", "n2", "", "Failed"), true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ReplicaCheck check("ns", "pod-a");
    Server server;
    server.answers[kOwnPod] = answer_of(200, list_of(pod("pod-a", "n1", ending)));
    server.answers[kPods] = answer_of(200, list_of(pod("pod-a", "n1", ending) + c.others));
    EXPECT_EQ(check.outcome(), std::nullopt);
    check.start(kNow);
    server.run(check, kNow);
    EXPECT_EQ(check.outcome(), c.is_last ? ReplicaCheck::Outcome::last : ReplicaCheck::Outcome::another_left);
  }
}

TEST(ReplicaCheck, DoesNotWaitLongForAServerThatHangs) {
  ReplicaCheck check("ns", "pod-a");
  check.start(kNow);
  const auto request = check.next_request({kNow, {}});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->idle_timeout, ReplicaCheck::kIdleTimeout);
}

TEST(ReplicaCheck, LeavesTheStatusWhenItCannotTell) {
  for (const ApiOutcome& outcome :
       {answer_of(403), answer_of(200, list_of("")), failure_of(ApiFailure::connect)}) {
    ReplicaCheck check("ns", "pod-a");
    Server server;
    server.answers[kOwnPod] = outcome;
    check.start(kNow);
    server.run(check, kNow);
    EXPECT_EQ(check.outcome(), ReplicaCheck::Outcome::unknown);
    EXPECT_NE(check.reason(), "");
  }
}

}  // namespace
}  // namespace headgate::k8swatch
