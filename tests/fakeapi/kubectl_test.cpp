// Real clients against the double: every kubectl on this machine reads, writes and watches it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "fakeapi/fake_api.h"
#include "fakeapi/manifests.h"
#include "support/child_process.h"
#include "support/program.h"
#include "support/temp_dir.h"

namespace headgate::fakeapi {
namespace {

using ::testing::HasSubstr;

constexpr int kOldestMinor = 27;  // aggregated discovery, --subresource, wait --for=jsonpath

// The 32 of 1.32.4; 0 where the program does not tell.
int minor_version(const std::string& client) {
  test_support::ChildProcess process({client, "version", "--client", "--output=json"});
  const auto status = process.wait();
  if (!status || status->code != 0) return 0;
  const std::string text = process.standard_output();
  constexpr std::string_view kMark = "\"gitVersion\": \"v1.";
  const std::size_t at = text.find(kMark);
  return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + kMark.size());
}

// kubectl and the older ones that some packages put beside it (kubectl.1.29 …).
std::vector<std::string> find_clients() {
  const std::string newest = test_support::program("kubectl");
  if (newest.empty()) return {};
  std::set<std::string> all{newest};
  const std::filesystem::path folder = std::filesystem::canonical(newest).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("kubectl.1.")) all.insert(entry.path().string());
  }
  std::erase_if(all, [](const std::string& client) { return minor_version(client) < kOldestMinor; });
  return {all.begin(), all.end()};
}

const std::vector<std::string>& clients() {
  static const std::vector<std::string> found = find_clients();
  return found;
}

class Kubectl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (clients().empty()) {
      test_support::say_not_tested("no kubectl 1.27 or newer is here: the API double against a real client");
      GTEST_SKIP() << "no kubectl";
    }
    std::ofstream(kubeconfig_) << api_.kubeconfig();
    std::ofstream(manifest_) << ingress_json("a");
  }

  // Its output; a failure of the test where it fails.
  std::string run(const std::string& client, std::vector<std::string> words) {
    std::vector<std::string> command{client, "--kubeconfig=" + kubeconfig_,
                                     "--cache-dir=" + (folder_.path() / "cache").string()};
    command.insert(command.end(), words.begin(), words.end());
    test_support::ChildProcess process(command);
    const auto status = process.wait();
    EXPECT_TRUE(status && status->code == 0)
        << client << " " << words.front() << ": " << process.standard_error();
    return process.standard_output();
  }

  FakeApi api_{{.tls = true, .token = "kubectl"}};
  test_support::TempDir folder_;
  std::string kubeconfig_ = (folder_.path() / "kubeconfig").string();
  std::string manifest_ = (folder_.path() / "ingress.json").string();
};

TEST_F(Kubectl, CreatesReadsPatchesAndDeletes) {
  for (const std::string& client : clients()) {
    SCOPED_TRACE(client);
    EXPECT_EQ(run(client, {"create", "--validate=false", "-f", manifest_}),
              "ingress.networking.k8s.io/a created\n");
    EXPECT_THAT(run(client, {"get", "ingresses", "--all-namespaces"}), HasSubstr("default     a "));
    EXPECT_EQ(run(client, {"get", "ing", "a", "-o", "jsonpath={.spec.ingressClassName}"}), "headgate");
    EXPECT_EQ(run(client, {"label", "ingress", "a", "tier=front"}), "ingress.networking.k8s.io/a labeled\n");
    run(client, {"patch", "ingress", "a", "--type=json", "-p",
                 R"([{"op":"replace","path":"/spec/ingressClassName","value":"other"}])"});
    run(client, {"patch", "ingress", "a", "--subresource=status", "--type=merge", "-p",
                 R"({"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}})"});
    EXPECT_EQ(api_.value("ingresses", "default", "a", "/metadata/labels/tier"), "front");
    EXPECT_EQ(api_.value("ingresses", "default", "a", "/spec/ingressClassName"), "other");
    EXPECT_EQ(api_.value("ingresses", "default", "a", "/status/loadBalancer/ingress/0/ip"), "192.0.2.1");
    EXPECT_EQ(run(client, {"replace", "--validate=false", "-f", manifest_}),
              "ingress.networking.k8s.io/a replaced\n");
    EXPECT_THAT(run(client, {"delete", "ingress", "a"}),
                HasSubstr("ingress.networking.k8s.io \"a\" deleted"));
    EXPECT_FALSE(api_.get("ingresses", "default", "a"));
  }
}

TEST_F(Kubectl, AppliesOnBothSides) {
  for (const std::string& client : clients()) {
    SCOPED_TRACE(client);
    EXPECT_EQ(run(client, {"apply", "--validate=false", "-f", manifest_}),
              "ingress.networking.k8s.io/a created\n");
    EXPECT_EQ(run(client, {"apply", "--validate=false", "-f", manifest_}),
              "ingress.networking.k8s.io/a unchanged\n");
    EXPECT_EQ(
        run(client, {"apply", "--server-side", "--force-conflicts", "--validate=false", "-f", manifest_}),
        "ingress.networking.k8s.io/a serverside-applied\n");
    api_.remove("ingresses", "default", "a");
  }
}

// `kubectl wait` runs client-go's reflector.
TEST_F(Kubectl, WaitsWithARealReflector) {
  for (const std::string& client : clients()) {
    SCOPED_TRACE(client);
    api_.create(ingress_json("a"));
    test_support::ChildProcess wait(
        {client, "--kubeconfig=" + kubeconfig_, "--cache-dir=" + (folder_.path() / "cache").string(), "wait",
         "ingress/a", "--for=jsonpath={.status.loadBalancer.ingress[0].ip}=192.0.2.9", "--timeout=20s"});
    ASSERT_TRUE(api_.wait_for_watches("ingresses", 1)) << wait.standard_error();
    api_.patch("ingresses", "default", "a",
               R"({"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9"}]}}})");
    const auto status = wait.wait();
    EXPECT_TRUE(status && status->code == 0) << wait.standard_error();
    EXPECT_THAT(wait.standard_output(), HasSubstr("ingress.networking.k8s.io/a condition met"));
    api_.remove("ingresses", "default", "a");
    ASSERT_TRUE(api_.wait_for_watches("ingresses", 0));
  }
}

// The same with streamed initial events, where the client knows them (1.33; others ignore the variable).
TEST_F(Kubectl, WaitsWithAWatchList) {
  const std::string client = clients().back();
  api_.create(ingress_json("a"));
  test_support::ChildProcess wait(
      {"/usr/bin/env", "KUBE_FEATURE_WatchListClient=true", client, "--kubeconfig=" + kubeconfig_,
       "--cache-dir=" + (folder_.path() / "cache").string(), "wait", "ingress/a",
       "--for=jsonpath={.status.loadBalancer.ingress[0].ip}=192.0.2.9", "--timeout=20s"});
  ASSERT_TRUE(api_.wait_for_watches("ingresses", 1)) << wait.standard_error();
  api_.patch("ingresses", "default", "a", R"({"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.9"}]}}})");
  const auto status = wait.wait();
  EXPECT_TRUE(status && status->code == 0) << wait.standard_error();
  if (client.find("kubectl.1.33") != std::string::npos) {
    std::string watches;
    for (const RequestRecord& request : api_.requests()) {
      if (request.verb == "watch") watches += request.target + "\n";
    }
    EXPECT_THAT(watches, HasSubstr("sendInitialEvents=true"));
  }
}

TEST_F(Kubectl, WatchesFromTheCommandLine) {
  for (const std::string& client : clients()) {
    SCOPED_TRACE(client);
    api_.create(config_map_json("a"));
    test_support::ChildProcess watch({client, "--kubeconfig=" + kubeconfig_,
                                      "--cache-dir=" + (folder_.path() / "cache").string(), "get",
                                      "configmaps", "--watch", "-o", "name"});
    EXPECT_TRUE(watch.wait_for_output("configmap/a\n")) << watch.standard_error();
    ASSERT_TRUE(api_.wait_for_watches("configmaps", 1));
    api_.create(config_map_json("b"));
    EXPECT_TRUE(watch.wait_for_output("configmap/b\n")) << watch.standard_error();
    watch.signal(SIGKILL);
    watch.wait();
    api_.remove_all("configmaps");
    ASSERT_TRUE(api_.wait_for_watches("configmaps", 0));
  }
}

}  // namespace
}  // namespace headgate::fakeapi
