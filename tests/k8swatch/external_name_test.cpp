// Services of type ExternalName, from the object to the endpoints and Findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"
#include "k8swatch/external_endpoints.h"
#include "k8swatch/scripted_resolver.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Service external(const std::string& name, const std::string& target) {
  Service result = service(name);
  result.type = "ExternalName";
  result.external_name = target;
  result.ports.clear();
  return result;
}

ControllerOptions options_with(NameResolver* resolver, bool allow_loopback = false,
                               bool external_names = true) {
  ControllerOptions options = with_config_map();
  options.resolver = resolver;
  options.translation.endpoints.allow_loopback = allow_loopback;
  options.translation.endpoints.external_names = external_names;
  return options;
}

class ExternalNameFixture : public ControllerFixture {
 public:
  explicit ExternalNameFixture(ControllerOptions options) : ControllerFixture(std::move(options)) {
    put(ingress_class("headgate"));
    put(config_map("settings", {}));
    put(ingress("i", {rule("a.org", {path("/", "web")})}));
  }

  // Endpoints last published for the only Cluster.
  std::vector<std::string> endpoints() {
    std::vector<std::string> texts;
    publish();
    for (const auto& publication : published())
      for (const router::ClusterUpdate& update : publication->clusters) {
        texts.clear();
        for (const auto& each : update.endpoints->endpoints) texts.push_back(each.text);
      }
    return texts;
  }
};

class ExternalNameTest : public ::testing::Test {
 protected:
  ScriptedResolver resolver_;
  ExternalNameFixture fixture_{options_with(&resolver_)};
};

TEST_F(ExternalNameTest, EveryAddressOfTheNameIsAnEndpoint) {
  fixture_.put(external("web", "Example.COM"));
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
  EXPECT_THAT(fixture_.findings(), IsEmpty()) << "told before the first answer";
  EXPECT_THAT(resolver_.asked(), ElementsAre("example.com"));
  resolver_.answer("example.com", found({"192.0.2.2", "192.0.2.1"}));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80", "192.0.2.2:80"));
  EXPECT_EQ(fixture_.published().back()->table, nullptr);
  EXPECT_THAT(fixture_.controller().dump(), HasSubstr("port 80, name example.com)\n  192.0.2.1:80\n"));
}

TEST_F(ExternalNameTest, FollowsTheName) {
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  resolver_.answer("example.com", found({"192.0.2.1"}, 60));
  fixture_.publish();
  fixture_.now() += 60s;
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80"));
  resolver_.answer("example.com", found({"192.0.2.7"}, 60));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.7:80"));
}

TEST_F(ExternalNameTest, ANameThatDoesNotExistIsA503AndTold) {
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  const auto version = fixture_.controller().findings_version();
  resolver_.answer("example.com", absent());
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
  EXPECT_GT(fixture_.controller().findings_version(), version);
  EXPECT_THAT(fixture_.findings(),
              ElementsAre("error: Service default/web: spec.externalName: 'example.com' cannot be resolved: "
                          "there is no such name (NXDOMAIN); answered with 503"));
  fixture_.now() += 1s;
  fixture_.publish();
  resolver_.answer("example.com", found({"192.0.2.1"}));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80"));
  EXPECT_THAT(fixture_.findings(), IsEmpty());
}

TEST_F(ExternalNameTest, WhileTheDnsFailsTheLastAddressesServe) {
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  resolver_.answer("example.com", found({"192.0.2.1"}, 60));
  fixture_.publish();
  fixture_.now() += 60s;
  fixture_.publish();
  resolver_.answer("example.com", failed());
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80"));
  EXPECT_THAT(
      fixture_.findings(),
      ElementsAre("warning: Service default/web: spec.externalName: 'example.com' cannot be resolved: "
                  "no DNS server answered in time; its last known addresses are used"));
}

TEST_F(ExternalNameTest, AddressesOfTheMachineAndOfCloudsAreRefusedWhateverTheNameSays) {
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  resolver_.answer("example.com", found({"169.254.169.254"}));
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
  EXPECT_THAT(
      fixture_.findings(),
      ElementsAre("error: Service default/web: spec.externalName: 'example.com' stands for 169.254.169.254, "
                  "which is an unspecified, link-local or multicast address; answered with 503"));
  fixture_.now() += 60s;
  fixture_.publish();
  resolver_.answer("example.com", found({"192.0.2.1", "127.0.0.1"}));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80"));
  EXPECT_THAT(
      fixture_.findings(),
      ElementsAre("error: Service default/web: spec.externalName: 'example.com' stands for 127.0.0.1, "
                  "which is a loopback address; only its other addresses are used"));
}

TEST_F(ExternalNameTest, IPv6IsUsedWhereThereIsNoIPv4) {
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  resolver_.answer("example.com", found({"2001:db8::1", "192.0.2.1"}, 60));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80"));
  fixture_.now() += 60s;
  fixture_.publish();
  resolver_.answer("example.com", found({"2001:db8::1", "127.0.0.1"}, 60));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("[2001:db8::1]:80"));
  fixture_.put(config_map("settings", {{"disable-ipv6-dns", "true"}}));
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
  fixture_.put(config_map("settings", {}));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("[2001:db8::1]:80"));
}

TEST_F(ExternalNameTest, AnAddressInPlaceOfANameIsTakenAsItIs) {
  fixture_.put(external("web", "192.0.2.5"));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.5:80"));
  EXPECT_THAT(resolver_.asked(), IsEmpty());
  fixture_.put(external("web", "2001:db8::5"));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("[2001:db8::5]:80"));
  fixture_.put(external("web", "fd00:ec2::254"));
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
  EXPECT_THAT(fixture_.findings(), ElementsAre(HasSubstr("is the metadata service of a cloud")));
}

TEST_F(ExternalNameTest, LocalhostIsRefusedWithoutLookingItUp) {
  for (const char* name : {"localhost", "LOCALHOST.", "a.localhost"}) {
    fixture_.put(external("web", name));
    EXPECT_THAT(fixture_.endpoints(), IsEmpty()) << name;
    EXPECT_THAT(fixture_.findings(), ElementsAre(HasSubstr("which is a loopback address"))) << name;
  }
  EXPECT_THAT(resolver_.asked(), IsEmpty());
}

TEST_F(ExternalNameTest, WhatIsNoNameIsTold) {
  for (const char* name : {"", "a..b", "http://example.com", "under_score.org", "a b", "."}) {
    fixture_.put(external("web", name));
    EXPECT_THAT(fixture_.endpoints(), IsEmpty()) << name;
    EXPECT_THAT(fixture_.findings(), ElementsAre(HasSubstr("neither the name of a host nor an IP address")))
        << name;
  }
  EXPECT_THAT(resolver_.asked(), IsEmpty());
}

TEST_F(ExternalNameTest, APortByNameMustBeListed) {
  Service s = external("web", "192.0.2.5");
  fixture_.put(ingress("i", {rule("a.org", {path("/", "web", "Prefix", "http")})}));
  fixture_.put(s);
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
  EXPECT_THAT(fixture_.findings(), ElementsAre(HasSubstr("Service default/web has no TCP port 'http'")));
  s.ports = service("web").ports;
  fixture_.put(s);
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.5:8080"));
  EXPECT_THAT(fixture_.findings(), IsEmpty());
}

TEST_F(ExternalNameTest, WhatServedBeforeGoesOnUntilANewNameIsAnswered) {
  fixture_.put(external("web", "old.org"));
  fixture_.publish();
  resolver_.answer("old.org", found({"192.0.2.1"}));
  fixture_.publish();
  fixture_.put(external("web", "new.org"));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("192.0.2.1:80"));
  resolver_.answer("new.org", absent());
  EXPECT_THAT(fixture_.endpoints(), IsEmpty());
}

TEST_F(ExternalNameTest, ANameNobodyUsesAnyMoreIsNotLookedUp) {
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  resolver_.answer("example.com", found({"192.0.2.1"}, 5));
  fixture_.publish();
  fixture_.put(service("web"));
  fixture_.put(slice("web-1", "web", {"10.0.0.1"}));
  EXPECT_THAT(fixture_.endpoints(), ElementsAre("10.0.0.1:8080"));
  EXPECT_EQ(fixture_.controller().deadline(), std::nullopt);
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  EXPECT_THAT(resolver_.asked(), ElementsAre("example.com"));
  fixture_.remove(Kind::ingress, "i");
  fixture_.publish();
  resolver_.answer("example.com", found({"192.0.2.1"}, 5));
  EXPECT_EQ(fixture_.controller().deadline(), std::nullopt);
}

TEST_F(ExternalNameTest, TwoPortsShareOneLookUp) {
  fixture_.put(ingress("i", {rule("a.org", {path("/", "web"), path("/s", "web", "Prefix", "8443")})}));
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  EXPECT_THAT(resolver_.asked(), ElementsAre("example.com"));
  resolver_.answer("example.com", found({"192.0.2.1"}));
  ASSERT_EQ(fixture_.publish()->clusters.size(), 2U);
}

TEST_F(ExternalNameTest, MoreAddressesThanCanBeUsedAreToldOnce) {
  std::vector<std::string> many;
  for (int i = 0; i < 150; ++i) many.push_back("192.0.2." + std::to_string(i));
  fixture_.put(external("web", "example.com"));
  fixture_.publish();
  resolver_.answer("example.com", found(many));
  EXPECT_EQ(fixture_.endpoints().size(), kMostExternalAddresses);
  EXPECT_THAT(fixture_.findings(), ElementsAre(HasSubstr("has 150 addresses; the first 100 are used")));
}

TEST(ExternalNameOff, HasNoEndpointsAndSaysSo) {
  ScriptedResolver resolver;
  ExternalNameFixture fixture(options_with(&resolver, false, false));
  fixture.put(external("web", "example.com"));
  EXPECT_THAT(fixture.endpoints(), IsEmpty());
  EXPECT_THAT(resolver.asked(), IsEmpty());
  EXPECT_THAT(fixture.findings(),
              ElementsAre("error: Service default/web: spec.type: ExternalName is turned off by "
                          "--disable-svc-external-name; answered with 503"));
}

TEST(ExternalNameStandalone, LoopbackIsAllowedAndMetadataIsNot) {
  ScriptedResolver resolver;
  ExternalNameFixture fixture(options_with(&resolver, true));
  fixture.put(external("web", "localhost"));
  EXPECT_THAT(fixture.endpoints(), ElementsAre("127.0.0.1:80"));
  fixture.put(external("web", "169.254.169.254"));
  EXPECT_THAT(fixture.endpoints(), IsEmpty());
}

TEST(ExternalNameOffline, IsNotLookedUpAndNothingIsWrong) {
  ExternalNameFixture fixture(options_with(nullptr));
  fixture.put(external("web", "example.com"));
  EXPECT_THAT(fixture.endpoints(), IsEmpty());
  EXPECT_THAT(fixture.findings(), IsEmpty());
  EXPECT_THAT(fixture.controller().dump(), HasSubstr("name example.com)\n  not looked up\n"));
}

TEST(ExternalNameDefaultBackend, ServesByItsFirstPort) {
  ScriptedResolver resolver;
  ControllerOptions options = options_with(&resolver);
  options.translation.default_backend_service = "default/fallback";
  ExternalNameFixture fixture(options);
  Service s = external("fallback", "192.0.2.9");
  fixture.put(service("web"));
  fixture.put(s);
  fixture.publish();
  EXPECT_THAT(fixture.findings(), ElementsAre(HasSubstr("has no TCP port; answered with 503")));
  s.ports = service("x").ports;
  fixture.put(s);
  const auto publication = fixture.publish();
  ASSERT_EQ(publication->clusters.size(), 1U);
  EXPECT_EQ(publication->clusters[0].endpoints->endpoints[0].text, "192.0.2.9:8080");
  EXPECT_THAT(fixture.findings(), IsEmpty());
}

TEST(ExternalPort, IsTheTargetOfTheListedPortElseTheNumberItself) {
  Service s = external("web", "example.com");
  EXPECT_EQ(external_port(s, "443"), 443);
  EXPECT_EQ(external_port(s, "http"), std::nullopt);
  EXPECT_EQ(external_port(s, "0"), std::nullopt);
  EXPECT_EQ(external_port(s, ""), std::nullopt);
  s.ports = service("web").ports;  // 80 "http" → 8080
  EXPECT_EQ(external_port(s, "80"), 8080);
  EXPECT_EQ(external_port(s, "http"), 8080);
  EXPECT_EQ(external_port(s, ""), 8080);
  EXPECT_EQ(external_port(s, "81"), 81);
  s.ports[0].target_port = {0, "web"};  // there is no pod to ask
  EXPECT_EQ(external_port(s, "http"), 80);
  s.ports[0].protocol = "UDP";
  EXPECT_EQ(external_port(s, "http"), std::nullopt);
}

}  // namespace
}  // namespace headgate::k8swatch
