// The status of Ingresses is written by Headgate itself: hearing of it makes no work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr const char* kPassthrough = "nginx.ingress.kubernetes.io/ssl-passthrough";

class Recorder final : public ObjectObserver {
 public:
  void on_upsert(const Object& object, bool is_change) override {
    told.push_back(key_of(object).name + " " + metadata_of(object).resource_version +
                   (is_change ? " changed" : " the same"));
  }
  void on_remove(const ObjectKey& key) override { told.push_back(key.name + " gone"); }
  std::vector<std::string> told;
};

class IngressStatusTest : public ::testing::Test, protected ControllerFixture {
 protected:
  IngressStatusTest() {
    put(ingress_class("headgate"));
    put(service("one"));
    put(service("two"));
    publish();
    controller().set_observer(&recorder_);
  }
  ~IngressStatusTest() override { controller().set_observer(nullptr); }
  void put_version(const std::string& version, const std::string& service_name,
                   std::vector<LoadBalancerAddress> addresses = {}, const StringPairs& annotations = {}) {
    Ingress object = ingress("i", {rule("a.org", {path("/", service_name)})});
    object.metadata.uid = "u";
    object.metadata.resource_version = version;
    object.metadata.annotations = annotations;
    object.addresses = std::move(addresses);
    put(object);
  }
  Recorder recorder_;
};

TEST_F(IngressStatusTest, AStatusAloneMakesNoWork) {
  put_version("1", "one");
  EXPECT_NE(publish(), nullptr);
  put_version("2", "one", {{"", "192.0.2.1"}});
  EXPECT_EQ(controller().deadline(), std::nullopt);
  EXPECT_EQ(publish(), nullptr);
  EXPECT_THAT(recorder_.told, ElementsAre("i 1 changed", "i 2 the same"));
}

TEST_F(IngressStatusTest, AChangeBesideTheStatusCounts) {
  put_version("1", "one");
  publish();
  put_version("2", "two", {{"", "192.0.2.1"}});
  EXPECT_NE(publish(), nullptr);
  EXPECT_EQ(route("a.org", "/"), "default-two-80");
  controller().remove({Kind::ingress, "default", "i"});
  EXPECT_THAT(recorder_.told, ElementsAre("i 1 changed", "i 2 changed", "i gone"));
}

TEST_F(IngressStatusTest, ARefusedVersionStaysRefused) {
  put_version("1", "one");
  put_version("2", "two", {}, {{kPassthrough, "maybe"}});
  publish();
  const auto before = findings();
  put_version("3", "two", {{"", "192.0.2.1"}}, {{kPassthrough, "maybe"}});
  EXPECT_EQ(controller().deadline(), std::nullopt);
  EXPECT_EQ(findings(), before);
  EXPECT_EQ(route("a.org", "/"), "default-one-80");
  EXPECT_THAT(recorder_.told, ElementsAre("i 1 changed", "i 2 changed", "i 3 the same"));
  // Back to what was served all the time.
  put_version("4", "one", {{"", "192.0.2.1"}});
  publish();
  EXPECT_TRUE(findings().empty());
  EXPECT_EQ(route("a.org", "/"), "default-one-80");
}

TEST_F(IngressStatusTest, AnotherOfTheSameNameIsAnother) {
  put_version("1", "one");
  publish();
  Ingress object = ingress("i", {rule("a.org", {path("/", "one")})});
  object.metadata.uid = "v";
  object.metadata.resource_version = "2";
  put(object);
  EXPECT_THAT(recorder_.told, ElementsAre("i 1 changed", "i 2 changed"));
  EXPECT_EQ(controller().find_metadata({Kind::ingress, "default", "i"})->uid, "v");
}

TEST_F(IngressStatusTest, SaysWhatIsServed) {
  put_version("1", "one");
  EXPECT_TRUE(controller().serves("default/i"));
  EXPECT_FALSE(controller().serves("default/other"));
  Ingress foreign = ingress("f", {rule("b.org", {path("/", "one")})});
  foreign.class_name = "foreign";
  put(foreign);
  EXPECT_FALSE(controller().serves("default/f"));
  // Refused from the beginning, and refused but served in an older version.
  Ingress refused = ingress("r", {rule("c.org", {path("/", "one")})});
  refused.metadata.annotations = {{kPassthrough, "maybe"}};
  put(refused);
  EXPECT_FALSE(controller().serves("default/r"));
  put_version("2", "two", {}, {{kPassthrough, "maybe"}});
  EXPECT_TRUE(controller().serves("default/i"));
}

}  // namespace
}  // namespace headgate::k8swatch
