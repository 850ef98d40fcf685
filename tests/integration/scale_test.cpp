// Many objects: every one of them is served, and the folder is ready in reasonable time. The promised numbers
// (start to ready, memory at 10,000 Ingresses) are printed here and judged by the benches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "support/echo_backend.h"
#include "support/full_run.h"
#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/process_stats.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

// Host, two paths, Service and three endpoints each.
std::string tenant(int i, const EchoBackend& pod) {
  const std::string name = "app-" + std::to_string(i);
  IngressSpec spec;
  spec.name = name;
  spec.rules = {{name + ".test", {{"/", "Prefix", name, "80"}, {"/api", "Prefix", name, "http"}}}};
  const std::uint16_t port = pod.port();
  return ingress(spec) + service(name) +
         "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " + name +
         "-1, namespace: default, labels: {kubernetes.io/service-name: " + name +
         "}}\naddressType: IPv4\nports:\n- {name: http, port: " + std::to_string(port) +
         "}\nendpoints:\n- {addresses: [127.0.0.2]}\n- {addresses: [127.0.0.3]}\n- {addresses: "
         "[127.0.0.4]}\n";
}

TEST(Scale, EveryOneOfManyTenantsIsServed) {
  const bool full = is_full_run();
  const int tenants = full ? 10000 : 2000;
  EchoBackend pod("any", {}, "0.0.0.0");
  ManifestFolder folder;
  for (int i = 0; i < tenants; ++i) folder.write("app-" + std::to_string(i) + ".yaml", tenant(i, pod));
  const auto begin = std::chrono::steady_clock::now();
  HeadgateOptions options;
  options.ready_within = std::chrono::seconds(60);
  HeadgateProcess headgate(folder, options);
  const auto ready = std::chrono::steady_clock::now();
  std::printf("%d Ingresses: ready after %.2f s, %zu MiB resident\n", tenants,
              std::chrono::duration<double>(ready - begin).count(),
              resident_kib(headgate.process().pid()) / 1024);
  RawClient one(headgate.http_port());
  for (int i = 0; i < tenants; i += 7) {
    const std::string host = "app-" + std::to_string(i) + ".test";
    for (const char* path : {"/x", "/api/y"}) {
      HttpResponse response = one.exchange(make_request("GET", host, path));
      if (response.lists("Connection", "close")) one = RawClient(headgate.http_port());
      ASSERT_EQ(response.status, 200) << host << path << " " << response.problem;
      ASSERT_THAT(response.body, HasSubstr("\nHost=" + host + "\n"));
    }
  }
  EXPECT_EQ(headgate.get("app-" + std::to_string(tenants) + ".test", "/").status, 404);
}

}  // namespace
}  // namespace headgate::test_support
