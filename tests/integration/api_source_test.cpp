// The binary as a cluster feeds it: everything from the API server, against the double. What a route answers
// is told by redirects, which need no pod.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>

#include "fakeapi/fake_api.h"
#include "support/full_run.h"
#include "support/headgate_process.h"
#include "support/metrics.h"
#include "support/process_stats.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using fakeapi::FakeApi;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

std::string ingress_class(const std::string& name = "headgate",
                          const std::string& controller = "headgate.dev/ingress-controller") {
  return "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " + name +
         "}\nspec: {controller: " + controller + "}\n";
}

// Host NAME-TARGET.test redirects to HTTPS.
std::string ingress(const std::string& name, const std::string& target, const std::string& more = "",
                    const std::string& spec = "ingressClassName: headgate") {
  return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: " + name + "\n" + more +
         "  annotations:\n    nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"\nspec:\n  " + spec +
         "\n  rules:\n  - host: " + name + "-" + target +
         ".test\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: "
         "{number: "
         "80}}}}]}\n";
}

class ApiSource : public ::testing::Test {
 protected:
  explicit ApiSource(const fakeapi::FakeApiOptions& options = {}) : api(options) {}

  void start(std::vector<std::string> flags = {}, bool wait_ready = true) {
    HeadgateOptions options;
    options.flags = std::move(flags);
    options.flags.push_back("--apiserver-host=" + api.url());
    options.wait_ready = wait_ready;
    options.https = true;
    headgate = std::make_unique<HeadgateProcess>(options);
  }
  // "one" while host `name`-one.test redirects; "404" while none does.
  [[nodiscard]] std::string answer(const std::string& name) const {
    for (const char* target : {"one", "two", "three"}) {
      const int status = headgate->get(name + "-" + target + ".test", "/").status;
      if (status == 308) return target;
      if (status != 404) return std::to_string(status);
    }
    return "404";
  }
  bool wait_for(const std::string& name, const std::string& expected) const {
    return eventually([&] { return answer(name) == expected; });
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }
  bool wait_for_finding(const std::string& text) const { return headgate->wait_for_finding(text); }
  bool wait_for_no_finding(const std::string& text) const {
    return eventually([&] { return findings().find(text) == std::string::npos; });
  }

  FakeApi api;
  std::unique_ptr<HeadgateProcess> headgate;
};

TEST_F(ApiSource, FollowsTheClusterLive) {
  api.apply(ingress_class() + "---\n" + ingress("a", "one"));
  start();
  EXPECT_EQ(answer("a"), "one");
  EXPECT_EQ(answer("b"), "404");
  api.create(ingress("b", "two"));
  EXPECT_TRUE(wait_for("b", "two"));
  api.apply(ingress("b", "three"));
  EXPECT_TRUE(wait_for("b", "three"));
  api.remove("ingresses", "default", "b");
  EXPECT_TRUE(wait_for("b", "404"));
  const std::string metrics = headgate->admin("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("headgate_watch_synced{"));
  EXPECT_THAT(metrics, HasSubstr("resource=\"endpointslices\""));
}

TEST_F(ApiSource, IsReadyWhenEverythingHasBeenRead) {
  api.apply(ingress_class() + "---\n" + ingress("a", "one"));
  const int fault = api.inject({.resource = "secrets", .times = 0, .status = 503});
  start({}, false);
  EXPECT_TRUE(FakeApi::wait_until([&] { return api.fault_hits(fault) >= 2; }));
  EXPECT_EQ(headgate->admin("/readyz").status, 503);
  api.clear_faults();
  EXPECT_TRUE(eventually([&] { return headgate->admin("/readyz").status == 200; }));
  EXPECT_EQ(answer("a"), "one");
}

TEST_F(ApiSource, ServesOnThroughAnOutageAndCatchesUp) {
  api.apply(ingress_class() + "---\n" + ingress("a", "one") + "---\n" + ingress("gone", "one"));
  start();
  api.refuse_connections(true);
  api.close_connections(true);
  EXPECT_TRUE(wait_for_finding("Kubernetes API: cannot be reached since"));
  EXPECT_EQ(answer("a"), "one");
  EXPECT_EQ(headgate->admin("/readyz").status, 200);
  api.apply(ingress("a", "two"));
  api.remove("ingresses", "default", "gone");
  api.restart();
  api.refuse_connections(false);
  EXPECT_TRUE(wait_for("a", "two"));
  EXPECT_TRUE(wait_for("gone", "404"));
  EXPECT_TRUE(wait_for_no_finding("Kubernetes API"));
}

TEST_F(ApiSource, FollowsClasses) {
  api.apply(ingress("a", "one"));
  start();
  EXPECT_EQ(answer("a"), "404");
  EXPECT_THAT(findings(), HasSubstr("there is no IngressClass 'headgate'"));
  api.create(ingress_class());
  EXPECT_TRUE(wait_for("a", "one"));
  api.apply(ingress_class("headgate", "example.com/other"));
  EXPECT_TRUE(wait_for("a", "404"));
}

TEST_F(ApiSource, WorksByAnnotationWithoutPermissionOnClasses) {
  for (const char* verb : {"list", "watch"}) api.forbid(verb, "ingressclasses");
  std::string annotated = ingress("annotated", "one", "", "defaultBackend: null");
  annotated.replace(annotated.find("    nginx"), 0, "    kubernetes.io/ingress.class: headgate\n");
  api.apply(ingress("named", "one") + "---\n" + annotated);
  start();
  EXPECT_EQ(answer("named"), "404");
  EXPECT_EQ(answer("annotated"), "one");
  EXPECT_THAT(findings(), HasSubstr("IngressClasses cannot be read (no permission)"));
  EXPECT_TRUE(wait_for_finding("ingressclasses: cannot be read since"));
}

TEST_F(ApiSource, TakesOneNamespace) {
  api.apply(ingress_class() + "---\n" + ingress("a", "one") + "---\n" +
            ingress("b", "one", "  namespace: other\n"));
  start({"--watch-namespace=default"});
  EXPECT_EQ(answer("a"), "one");
  EXPECT_EQ(answer("b"), "404");
  EXPECT_EQ(api.count_watches("ingresses"), 1u);
}

TEST_F(ApiSource, TakesSelectedNamespacesLive) {
  api.apply(ingress_class() +
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: web}}\n" +
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {team: db}}\n---\n" +
            ingress("a", "one") + "---\n" + ingress("b", "one", "  namespace: other\n"));
  start({"--watch-namespace-selector=team in (web, shop)"});
  EXPECT_EQ(answer("a"), "one");
  EXPECT_EQ(answer("b"), "404");
  api.patch("namespaces", "", "other", R"({"metadata":{"labels":{"team":"shop"}}})");
  EXPECT_TRUE(wait_for("b", "one"));
  api.patch("namespaces", "", "default", R"({"metadata":{"labels":{"team":null}}})");
  EXPECT_TRUE(wait_for("a", "404"));
  EXPECT_EQ(answer("b"), "one");
}

TEST_F(ApiSource, ReadsItsConfigMapAlone) {
  api.apply(ingress_class() + "---\n" + ingress("a", "one") +
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ingress}\n"
            "data: {annotations-risk-level: Low}\n");
  start({"--configmap=ingress/settings"});
  EXPECT_EQ(answer("a"), "404") << "the annotation's risk is Medium";
  api.patch("configmaps", "ingress", "settings", R"({"data":{"annotations-risk-level":"High"}})");
  EXPECT_TRUE(wait_for("a", "one"));
}

TEST_F(ApiSource, ServesFromTheSnapshotWhereTheApiServerIsAway) {
  const TempDir folder;
  const std::vector<std::string> flags = {"--snapshot-dir=" + (folder.path() / "snapshots").string()};
  api.apply(ingress_class() + "---\n" + ingress("a", "one") + "---\n" + ingress("b", "one"));
  start(flags);
  EXPECT_EQ(answer("a"), "one");
  api.create(ingress("late", "one"));
  ASSERT_TRUE(wait_for("late", "one"));
  headgate.reset();  // the last change is written at the end
  api.refuse_connections(true);
  api.remove("ingresses", "default", "b");
  start(flags);
  EXPECT_EQ(answer("a"), "one");
  EXPECT_EQ(answer("b"), "one");
  EXPECT_EQ(answer("late"), "one");
  EXPECT_TRUE(wait_for_finding("served is the snapshot of"));
  api.refuse_connections(false);
  EXPECT_TRUE(wait_for("b", "404"));
  EXPECT_EQ(answer("a"), "one");
  EXPECT_TRUE(wait_for_no_finding("snapshot"));
}

TEST_F(ApiSource, ServesFromTheSnapshotWhereClassesCannotBeRead) {
  const TempDir folder;
  const std::vector<std::string> flags = {"--snapshot-dir=" + (folder.path() / "snapshots").string(),
                                          "--ingress-class-by-name"};
  for (const char* verb : {"list", "watch"}) api.forbid(verb, "ingressclasses");
  std::string annotated = ingress("annotated", "one", "", "defaultBackend: null");
  annotated.replace(annotated.find("    nginx"), 0, "    kubernetes.io/ingress.class: headgate\n");
  api.apply(ingress("named", "one") + "---\n" + annotated + "---\n" +
            ingress("other", "one", "", "ingressClassName: other"));
  start(flags);
  EXPECT_EQ(answer("named"), "one");
  headgate.reset();  // what there is is written at the end
  api.refuse_connections(true);
  start(flags);
  EXPECT_TRUE(wait_for_finding("served is the snapshot of"));
  EXPECT_EQ(answer("named"), "one");
  EXPECT_EQ(answer("annotated"), "one");
  EXPECT_EQ(answer("other"), "404");
  api.forbid_nothing();
  api.apply(ingress_class("other"));
  api.refuse_connections(false);
  EXPECT_TRUE(wait_for("other", "one")) << "the classes can be read by now";
}

TEST_F(ApiSource, EndsSoonWithItsWatchesOpen) {
  api.apply(ingress_class());
  start();
  ASSERT_TRUE(api.wait_for_watches("endpointslices", 1));
  headgate->process().signal(SIGTERM);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(headgate->process().wait());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s) << "it does not wait for the server";
}

// With TLS: each reconnect is a handshake where a connection is not kept.
class ShortWatches : public ApiSource {
 protected:
  ShortWatches() : ApiSource({.tls = true, .token = "first", .knobs = {.bookmark_interval = 1ms}}) {
    std::ofstream(folder.path() / "config") << api.kubeconfig();
    api.apply(ingress_class() + "---\n" + ingress("a", "one"));
    api.inject({.verb = "watch", .times = 0, .end_after = 3ms});
    HeadgateOptions options;
    options.flags = {"--kubeconfig=" + (folder.path() / "config").string()};
    options.https = true;
    headgate = std::make_unique<HeadgateProcess>(options);
  }
  [[nodiscard]] bool wait_for_reconnects(double count) const {
    return eventually(
        [&] { return metric(headgate->admin("/metrics").body, "headgate_watch_reconnects_total") >= count; },
        std::max(120s, std::chrono::seconds(static_cast<long>(count / 10))));
  }
  [[nodiscard]] std::size_t resident() const { return resident_kib(headgate->process().pid()); }

  TempDir folder;
};

TEST_F(ShortWatches, TakeNoMemoryForEachReconnect) {
  const double count = is_full_run() ? 10'000 : 300;
  ASSERT_TRUE(wait_for_reconnects(100));
  const std::size_t before = resident();
  ASSERT_TRUE(wait_for_reconnects(100 + count));
  RecordProperty("resident_kib_before", std::to_string(before));
  RecordProperty("resident_kib_after", std::to_string(resident()));
  EXPECT_LT(resident(), before + (is_full_run() ? 1000 : 300) + sanitizer_kib())
      << count << " more, with a handshake each: a KiB each is seen, in the full run a tenth of one";
  EXPECT_EQ(answer("a"), "one");
  api.create(ingress("b", "one"));
  EXPECT_TRUE(wait_for("b", "one")) << "nothing is lost between two watches";
}

// A server that takes anything, as one with another version of a kind does.
class LenientServer : public ApiSource {
 protected:
  LenientServer() : ApiSource({.validation = false}) {}
};

TEST_F(LenientServer, IsCheckedInSpiteOfAnObjectThatCannotBeRead) {
  std::string broken = ingress("broken", "one");
  broken.replace(broken.find("{number: 80}"), 12, "{number: 80, name: http}");
  api.apply(ingress_class("nginx", "k8s.io/ingress-nginx") + "---\n" +
            ingress("plain", "one", "", "ingressClassName: nginx") + "---\n" + broken);
  api.inject({.verb = "*", .resource = "secrets", .delay = 1s});
  ChildProcess check({headgate_binary(), "check", "--apiserver-host=" + api.url()});
  const auto end = check.wait();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 0) << check.standard_error();
  EXPECT_THAT(check.standard_output(), HasSubstr("Ingress default/plain: "));
}

class ApiSourceOverTls : public ApiSource {
 protected:
  ApiSourceOverTls() : ApiSource({.tls = true, .token = "first"}) {}
};

TEST_F(ApiSourceOverTls, FollowsAClusterByKubeconfig) {
  api.apply(ingress_class() + "---\n" + ingress("a", "one"));
  const TempDir folder;
  const auto path = folder.path() / "config";
  std::ofstream(path) << api.kubeconfig();
  HeadgateOptions options;
  options.flags = {"--kubeconfig=" + path.string()};
  options.https = true;
  headgate = std::make_unique<HeadgateProcess>(options);
  EXPECT_EQ(answer("a"), "one");
  api.create(ingress("b", "one"));
  EXPECT_TRUE(wait_for("b", "one"));
}

}  // namespace
}  // namespace headgate::test_support
