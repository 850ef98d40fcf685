// The folder of manifests, followed live: edits of every kind, broken documents, and what is never lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ManifestsLive : public OnePod {
 protected:
  std::string findings() const { return headgate->admin("/debug/findings").body; }
  bool wait_for_finding(const std::string& text) const { return headgate->wait_for_finding(text); }
};

TEST_F(ManifestsLive, ANewFileIsServed) {
  start();
  EXPECT_EQ(headgate->get("new.test", "/").status, 404);
  folder.write("new.yaml", ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate->wait_for("new.test", "/", 200));
}

TEST_F(ManifestsLive, ARemovedFileIsGoneAndComesBack) {
  start();
  folder.write("new.yaml", ingress("new", "new.test", "web"));
  ASSERT_TRUE(headgate->wait_for("new.test", "/", 200));
  folder.remove("new.yaml");
  ASSERT_TRUE(headgate->wait_for("new.test", "/", 404));
  folder.write("new.yaml", ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate->wait_for("new.test", "/", 200));
  expect_still_serving();
}

TEST_F(ManifestsLive, ADocumentRemovedFromAFileIsGone) {
  start();
  folder.write("two.yaml", ingress("one", "one.test", "web") + ingress("two", "two.test", "web"));
  ASSERT_TRUE(headgate->wait_for("two.test", "/", 200));
  folder.write("two.yaml", ingress("one", "one.test", "web"));
  EXPECT_TRUE(headgate->wait_for("two.test", "/", 404));
  EXPECT_EQ(headgate->get("one.test", "/").status, 200);
}

TEST_F(ManifestsLive, AFileWrittenInPlaceIsServed) {
  start();
  folder.write_in_place("new.yaml", ingress("new", "one.test", "web"));
  ASSERT_TRUE(headgate->wait_for("one.test", "/", 200));
  folder.write_in_place("new.yaml", ingress("new", "two.test", "web"));
  ASSERT_TRUE(headgate->wait_for("two.test", "/", 200));
  EXPECT_TRUE(headgate->wait_for("one.test", "/", 404));
}

TEST_F(ManifestsLive, AVolumeSwappedBySymbolicLinkIsFollowed) {
  folder.swap_volume("volume.yaml", ingress("volume", "one.test", "web"));
  start();
  EXPECT_EQ(headgate->get("one.test", "/").status, 200);
  folder.swap_volume("volume.yaml", ingress("volume", "two.test", "web"));
  ASSERT_TRUE(headgate->wait_for("two.test", "/", 200));
  EXPECT_TRUE(headgate->wait_for("one.test", "/", 404));
  folder.swap_volume("volume.yaml", ingress("volume", "three.test", "web"));
  EXPECT_TRUE(headgate->wait_for("three.test", "/", 200));
}

TEST_F(ManifestsLive, JsonAndListsAreTaken) {
  start();
  folder.write("list.json",
               R"({"apiVersion":"v1","kind":"List","items":[
                   {"apiVersion":"networking.k8s.io/v1","kind":"Ingress",
                    "metadata":{"name":"json","namespace":"default"},
                    "spec":{"rules":[{"host":"json.test","http":{"paths":[{"path":"/","pathType":"Prefix",
                    "backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}},
                   {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"ignored"}}]})");
  EXPECT_TRUE(headgate->wait_for("json.test", "/", 200));
}

TEST_F(ManifestsLive, OtherFilesAreLeftAlone) {
  start();
  folder.write("notes.txt", "not a manifest: [");
  folder.write("new.yaml", ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate->wait_for("new.test", "/", 200));
  EXPECT_THAT(findings(), testing::Not(HasSubstr("notes.txt")));
}

TEST_F(ManifestsLive, ABrokenFileIsAFindingAndItsLastGoodVersionServes) {
  start();
  folder.write("new.yaml", ingress("new", "new.test", "web"));
  ASSERT_TRUE(headgate->wait_for("new.test", "/", 200));
  folder.write("new.yaml",
               "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new\nspec: [\n");
  ASSERT_TRUE(wait_for_finding("new.yaml")) << findings();
  EXPECT_TRUE(headgate->process().wait_for_error("new.yaml"));
  EXPECT_EQ(headgate->get("new.test", "/").status, 200) << "the last good version is gone";
  expect_still_serving();
  folder.write("other.yaml", ingress("other", "other.test", "web"));
  EXPECT_TRUE(headgate->wait_for("other.test", "/", 200)) << "one broken file holds up the others";
  folder.write("new.yaml", ingress("new", "mended.test", "web"));
  EXPECT_TRUE(headgate->wait_for("mended.test", "/", 200));
  EXPECT_TRUE(headgate->wait_for("new.test", "/", 404));
  EXPECT_TRUE(eventually([&] { return findings().find("new.yaml") == std::string::npos; })) << findings();
}

TEST_F(ManifestsLive, ABrokenDocumentDoesNotHarmItsNeighbours) {
  start();
  folder.write("three.yaml",
               ingress("one", "one.test", "web") +
                   "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: bad}\n"
                   "spec: {rules: not-a-list}\n" +
                   ingress("three", "three.test", "web"));
  EXPECT_TRUE(headgate->wait_for("one.test", "/", 200));
  EXPECT_TRUE(headgate->wait_for("three.test", "/", 200));
  EXPECT_TRUE(wait_for_finding("bad")) << findings();
}

TEST_F(ManifestsLive, ABrokenObjectKeepsItsLastGoodVersion) {
  start();
  folder.write("new.yaml", ingress("new", "new.test", "web"));
  ASSERT_TRUE(headgate->wait_for("new.test", "/", 200));
  folder.write("new.yaml",
               "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: new, namespace: default}\n"
               "spec: {rules: 5}\n");
  ASSERT_TRUE(wait_for_finding("new")) << findings();
  EXPECT_EQ(headgate->get("new.test", "/").status, 200);
}

TEST_F(ManifestsLive, AFindingNamesFileLineAndReason) {
  folder.write("broken.yaml", "kind: Ingress\nmetadata:\n  name: x\n bad indent: [\n");
  start();
  const std::string text = findings();
  EXPECT_THAT(text, AllOf(HasSubstr("broken.yaml:"), HasSubstr("error")));
  expect_still_serving();
}

TEST_F(ManifestsLive, TheOlderIngressKeepsAContestedPath) {
  EchoBackend other("other");
  const auto dated = [](std::string text, const std::string& date) {
    return text.replace(text.find("namespace: default"), 0, "creationTimestamp: \"" + date + "\", ");
  };
  folder.write("a.yaml", dated(ingress("young", "contested.test", "other"), "2026-02-01T00:00:00Z") +
                             service_of("other", other));
  folder.write("b.yaml", dated(ingress("old", "contested.test", "web"), "2026-01-01T00:00:00Z"));
  start();
  EXPECT_EQ(headgate->get("contested.test", "/").field("X-Pod"), "web");
  EXPECT_THAT(findings(), HasSubstr("young"));
  folder.remove("b.yaml");
  EXPECT_TRUE(headgate->wait_for("contested.test", "/", 200, "other"));
  headgate.reset();  // before the pod `other`
}

TEST_F(ManifestsLive, SettingsOfTheConfigMapAreFollowed) {
  start_with_settings({{"proxy-body-size", "1k"}});
  const std::string request =
      make_request("POST", "x.test", "/", "Content-Length: 2000\r\n", std::string(2000, 'x'));
  EXPECT_EQ(ask(request).status, 413);
  folder.write("web.yaml", ingress("web", "x.test", "web") + service_of("web", pod) +
                               config_map("headgate", {{"proxy-body-size", "4k"}}));
  EXPECT_TRUE(eventually([&] { return ask(request).status == 200; }));
}

TEST_F(ManifestsLive, ABadSettingIsAFindingAndTheRestServes) {
  start_with_settings({{"proxy-body-size", "many"}});
  EXPECT_TRUE(wait_for_finding("proxy-body-size")) << findings();
  expect_still_serving();
}

TEST_F(ManifestsLive, ManyFilesChangedAtOnceAllArrive) {
  start();
  for (int i = 0; i < 200; ++i) {
    const std::string name = "m" + std::to_string(i);
    folder.write(name + ".yaml", ingress(name, name + ".test", "web"));
  }
  for (int i = 0; i < 200; i += 2) folder.remove("m" + std::to_string(i) + ".yaml");
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(headgate->wait_for("m" + std::to_string(i) + ".test", "/", i % 2 == 0 ? 404 : 200)) << i;
  }
}

}  // namespace
}  // namespace headgate::test_support
