// How soon a change is served: from the API server's answer to the writer to the first 200 through the proxy.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "cluster/cluster_fixture.h"
#include "cluster/prober.h"
#include "support/full_run.h"
#include "support/http_load.h"
#include "support/ticker.h"

namespace headgate::cluster_test {
namespace {

using std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::chrono::milliseconds kProbeEvery{5};

double mean(const std::vector<double>& values, std::size_t from, std::size_t count) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
  return std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(count), 0.0) / static_cast<double>(count);
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

class Propagation : public ClusterTest {};

// Numbers are printed, not judged: they are those of a machine. What is judged: nothing but 404, then 200.
TEST_F(Propagation, ANewIngressIsNotFoundUntilItIsServed) {
  const std::size_t count = test_support::is_full_run() ? 3000 : 200;
  cluster.apply(service_with_pod("web"));
  const Replica headgate(cluster);
  Prober prober(headgate.http_port());
  std::vector<double> times;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "new-" + std::to_string(i);
    const std::string request = test_support::make_request("GET", name + ".test", "/");
    ASSERT_EQ(prober.ask(request).status, 404) << name;
    test_support::Ticker beat(kProbeEvery);
    const auto written = cluster.api().request("POST", kIngressPath, ingress(name, name + ".test", "web"));
    const auto begin = steady_clock::now();
    ASSERT_EQ(written.status, 201) << written.body;
    while (true) {
      const test_support::HttpResponse response = prober.ask(request);
      const Milliseconds passed = steady_clock::now() - begin;
      if (response.status == 200) {
        times.push_back(passed.count());
        break;
      }
      ASSERT_EQ(response.status, 404) << name << " " << response.problem;
      ASSERT_LT(passed, test_support::kPatience) << name;
      beat.next();
    }
  }
  const std::size_t tenth = count / 10;
  std::printf(
      "propagation of %zu new Ingresses, ms: mean %.1f, p50 %.1f, p99 %.1f, most %.1f; first tenth %.1f, "
      "last tenth %.1f\n",
      count, mean(times, 0, count), quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1),
      mean(times, 0, tenth), mean(times, count - tenth, tenth));
}

TEST_F(Propagation, NothingIsLostWhileARouteFlipsBetweenPorts) {
  const int flips = test_support::is_full_run() ? 300 : 30;
  const EchoPod& blue = add_pod("blue");
  const EchoPod& green = add_pod("green");
  // One Service, two ports; each port's slice has a pod of its own.
  const auto slice = [](const std::string& port, const test_support::PodAddress& pod) {
    return "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-" + port +
           ", namespace: default, labels: {kubernetes.io/service-name: web}}\naddressType: IPv4\nports:\n- "
           "{name: " +
           port + ", port: " + std::to_string(pod.port) + "}\nendpoints:\n- {addresses: [\"" + pod.address +
           "\"], conditions: {ready: true}}\n";
  };
  cluster.apply(
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: default}\nspec:\n  ports:\n"
      "  - {name: blue, port: 80, targetPort: 8080}\n  - {name: green, port: 81, targetPort: 8080}\n" +
      slice("blue", blue.where()) + slice("green", green.where()) + ingress("web", "web.test", "web"));
  ReplicaOptions options;
  options.workers = 2;
  const Replica headgate(cluster, options);
  test_support::HttpLoad load(headgate.http_port(), 16, test_support::make_request("GET", "web.test", "/"));
  test_support::Ticker beat(std::chrono::milliseconds(200));
  for (int i = 0; i < flips; ++i) {
    beat.next();
    const std::string patch =
        R"([{"op":"replace","path":"/spec/rules/0/http/paths/0/backend/service/port/number","value":)" +
        std::string(i % 2 == 0 ? "81" : "80") + "}]";
    ASSERT_EQ(
        cluster.api().request("PATCH", kIngressPath + "/web", patch, "application/json-patch+json").status,
        200);
    ASSERT_TRUE(headgate.wait_for("web.test", "/", 200, i % 2 == 0 ? "green" : "blue")) << "flip " << i;
  }
  load.stop();
  EXPECT_TRUE(load.faults().empty()) << load.faults().size()
                                     << " faults, the first: " << load.faults().front();
  EXPECT_GT(load.answers_by_pod().at("blue"), 0u);
  EXPECT_GT(load.answers_by_pod().at("green"), 0u);
  std::printf("%zu requests over %d flips, all 200\n", load.answered(), flips);
}

}  // namespace
}  // namespace headgate::cluster_test
