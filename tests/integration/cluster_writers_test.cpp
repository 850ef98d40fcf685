// What the binary writes to the API server it follows: the Lease, the status of Ingresses, Events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>

#include "fakeapi/fake_api.h"
#include "support/headgate_process.h"
#include "support/metrics.h"

namespace headgate::test_support {
namespace {

using fakeapi::FakeApi;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kClass =
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: headgate}\n"
    "spec: {controller: headgate.dev/ingress-controller}\n";
constexpr const char* kBalancer =
    "apiVersion: v1\nkind: Service\nmetadata: {name: edge, namespace: edge}\n"
    "spec: {type: LoadBalancer, clusterIP: 10.0.0.9, ports: [{port: 80}]}\n";
constexpr const char* kLease = "ingress-controller-leader-headgate";

std::string service(const std::string& name) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: {ports: [{port: 80}]}\n";
}

std::string ingress(const std::string& name, const std::string& service_name = "web",
                    const std::string& class_name = "headgate") {
  return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " + name +
         "}\nspec:\n  ingressClassName: " + class_name + "\n  rules:\n  - host: " + name +
         ".test\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: " + service_name +
         ", port: {number: 80}}}}]}\n";
}

std::string pod(const std::string& name, const std::string& node) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         ", namespace: edge, labels: {app: edge, pod-template-hash: x}}\nspec: {nodeName: " + node +
         ", containers: [{name: c, image: i}]}\nstatus: {phase: Running, conditions: [{type: Ready, status: "
         "\"True\"}]}\n";
}

std::string node(const std::string& name, const std::string& address) {
  return "apiVersion: v1\nkind: Node\nmetadata: {name: " + name +
         "}\nstatus: {addresses: [{type: InternalIP, address: 10.1.1.1}, {type: ExternalIP, address: " +
         address + "}]}\n";
}

class ClusterWriters : public ::testing::Test {
 protected:
  ClusterWriters() {
    api.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: edge}\n");
    api.apply(kClass);
    api.apply(kBalancer);
    api.apply(service("web"));
    give_address("192.0.2.1");
  }
  // A replica of that pod, which has to exist.
  std::unique_ptr<HeadgateProcess> start(const std::string& pod_name, std::vector<std::string> flags = {}) {
    HeadgateOptions options;
    options.flags = std::move(flags);
    options.flags.push_back("--apiserver-host=" + api.url());
    options.flags.push_back("--election-ttl=2s");
    ::setenv("POD_NAME", pod_name.c_str(), 1);
    ::setenv("POD_NAMESPACE", "edge", 1);
    auto process = std::make_unique<HeadgateProcess>(options);
    ::unsetenv("POD_NAME");
    ::unsetenv("POD_NAMESPACE");
    return process;
  }
  std::unique_ptr<HeadgateProcess> start_with_service(const std::string& pod_name) {
    return start(pod_name, {"--publish-service=edge/edge"});
  }
  void give_address(const std::string& ip) {
    api.patch("services", "edge", "edge",
              R"({"status":{"loadBalancer":{"ingress":[{"ip":")" + ip + "\"}]}}}");
  }
  [[nodiscard]] std::string address_of(const std::string& name) const {
    return api.value("ingresses", "default", name, "/status/loadBalancer/ingress/0/ip");
  }
  [[nodiscard]] bool has_address(const std::string& name, const std::string& ip) const {
    return eventually([&] { return address_of(name) == ip; });
  }
  [[nodiscard]] std::string holder() const {
    return api.value("leases", "edge", kLease, "/spec/holderIdentity");
  }
  [[nodiscard]] bool is_led_by(const std::string& pod_name) const {
    return eventually([&] { return holder().starts_with(pod_name + "_"); });
  }
  [[nodiscard]] std::size_t patches() const { return api.count_requests("patch", "ingresses"); }

  FakeApi api;
};

TEST_F(ClusterWriters, TheLeaderWritesEachStatusOnce) {
  api.apply(ingress("a") + "---\n" + ingress("b") + "---\n" + ingress("foreign", "web", "another"));
  const auto headgate = start_with_service("pod-a");
  EXPECT_TRUE(is_led_by("pod-a"));
  EXPECT_TRUE(has_address("a", "192.0.2.1"));
  EXPECT_TRUE(has_address("b", "192.0.2.1"));
  ASSERT_TRUE(api.wait_for_delivery("ingresses"));
  const std::string metrics = headgate->admin("/metrics").body;
  EXPECT_EQ(metric(metrics, "nginx_ingress_controller_leader_election_status"), 1);
  EXPECT_THAT(metrics, HasSubstr("name=\"" + std::string(kLease) + "\""));
  const double generation = metric(metrics, "headgate_published_generation");
  api.create(ingress("c"));
  EXPECT_TRUE(has_address("c", "192.0.2.1"));
  // Hearing of what it wrote itself makes no table.
  EXPECT_TRUE(eventually([&] {
    return metric(headgate->admin("/metrics").body, "headgate_published_generation") == generation + 1;
  }));
  give_address("192.0.2.2");
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(has_address(name, "192.0.2.2"));
  EXPECT_EQ(patches(), 6u);
  EXPECT_EQ(metric(headgate->admin("/metrics").body, "headgate_published_generation"), generation + 1);
  EXPECT_EQ(api.value("ingresses", "default", "foreign", "/status/loadBalancer/ingress"), "");
}

TEST_F(ClusterWriters, TakesAConflictAndFaultsInItsStride) {
  api.apply(ingress("a") + "---\n" + ingress("b"));
  api.inject({.verb = "patch", .resource = "ingresses", .status = 409});
  api.inject({.verb = "patch", .resource = "ingresses", .skip = 1, .status = 503});
  const auto headgate = start_with_service("pod-a");
  EXPECT_TRUE(
      eventually([&] { return (address_of("a") == "192.0.2.1") != (address_of("b") == "192.0.2.1"); }));
  // The one that was refused waits for a newer version, which the double's "conflict" did not make.
  const std::string refused = address_of("a").empty() ? "a" : "b";
  api.patch("ingresses", "default", refused, R"({"metadata":{"labels":{"x":"y"}}})");
  EXPECT_TRUE(has_address(refused, "192.0.2.1"));
}

TEST_F(ClusterWriters, WritesTheNodesOfItsPods) {
  api.apply(pod("pod-a", "n1") + "---\n" + pod("pod-b", "n2") + "---\n" + node("n1", "192.0.2.11") + "---\n" +
            node("n2", "192.0.2.12") + "---\n" + ingress("a"));
  const auto headgate = start("pod-a");
  EXPECT_TRUE(has_address("a", "192.0.2.11"));
  EXPECT_EQ(api.value("ingresses", "default", "a", "/status/loadBalancer/ingress/1/ip"), "192.0.2.12");
}

TEST_F(ClusterWriters, AnotherLeadsWhenTheLeaderStandsStill) {
  api.apply(ingress("a"));
  const auto first = start_with_service("pod-a");
  EXPECT_TRUE(is_led_by("pod-a"));
  const auto second = start_with_service("pod-b");
  EXPECT_TRUE(has_address("a", "192.0.2.1"));
  const auto leads = [](const HeadgateProcess& process) {
    return metric(process.admin("/metrics").body, "nginx_ingress_controller_leader_election_status") == 1;
  };
  EXPECT_FALSE(leads(*second));
  first->process().signal(SIGSTOP);
  EXPECT_TRUE(is_led_by("pod-b"));
  EXPECT_EQ(api.value("leases", "edge", kLease, "/spec/leaseTransitions"), "1");
  give_address("192.0.2.7");
  EXPECT_TRUE(has_address("a", "192.0.2.7"));
  EXPECT_TRUE(leads(*second));
  first->process().signal(SIGCONT);
  EXPECT_TRUE(eventually([&] { return !leads(*first); }));
  EXPECT_TRUE(is_led_by("pod-b"));
}

TEST_F(ClusterWriters, TheLastReplicaTakesItsAddressAlong) {
  api.apply(pod("pod-a", "n1") + "---\n" + pod("pod-b", "n2") + "---\n" + ingress("a"));
  auto first = start_with_service("pod-a");
  EXPECT_TRUE(has_address("a", "192.0.2.1"));
  auto second = start_with_service("pod-b");
  first.reset();
  EXPECT_EQ(address_of("a"), "192.0.2.1");
  EXPECT_TRUE(is_led_by("pod-b"));
  api.remove("pods", "edge", "pod-a");
  second.reset();
  EXPECT_EQ(address_of("a"), "");
  EXPECT_EQ(holder(), "");
}

TEST_F(ClusterWriters, TellsWhatIsWrongByAnEvent) {
  const auto wrong = api.create(ingress("wrong", "missing"));
  const auto headgate = start_with_service("pod-a");
  const auto find = [&](const std::string& reason) -> std::string {
    for (const auto& event : api.list("events"))
      if (event.json.find("\"" + reason + "\"") != std::string::npos) return event.json;
    return "";
  };
  ASSERT_TRUE(eventually([&] { return !find("NotServed").empty() || !find("Ignored").empty(); }));
  const std::string event = find("NotServed") + find("Ignored");
  EXPECT_THAT(event, HasSubstr("missing"));
  EXPECT_THAT(event, HasSubstr(wrong.uid));
  EXPECT_THAT(event, HasSubstr("\"reportingInstance\":\"pod-a\""));
  EXPECT_TRUE(eventually([&] { return !find("Sync").empty(); }));
}

TEST_F(ClusterWriters, ServesThoughNothingCanBeWritten) {
  api.apply(ingress("a"));
  for (const char* verb : {"create", "update", "patch"})
    api.inject({.verb = verb, .times = 0, .status = 403});
  const auto headgate = start_with_service("pod-a");
  EXPECT_TRUE(eventually([&] { return api.count_requests("create", "leases") >= 1; }));
  EXPECT_EQ(headgate->get("a.test", "/").status, 503);  // it has a route, and no pods
  EXPECT_EQ(metric(headgate->admin("/metrics").body, "nginx_ingress_controller_leader_election_status"), 0);
}

}  // namespace
}  // namespace headgate::test_support
