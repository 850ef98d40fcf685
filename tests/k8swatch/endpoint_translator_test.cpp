#include "k8swatch/endpoint_translator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/object_builders.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EndpointTranslatorTest : public ::testing::Test {
 protected:
  void add(EndpointSlice value) {
    slices_.push_back(std::make_shared<const EndpointSlice>(std::move(value)));
  }

  std::vector<std::string> endpoints() {
    findings_.clear();
    std::vector<std::string> texts;
    for (const auto& each :
         translate_endpoints(service_, service_.ports.front(), slices_, options_, findings_).endpoints)
      texts.push_back(each.text);
    return texts;
  }

  // One slice with one endpoint.
  static EndpointSlice one(const std::string& name, const std::string& address) {
    return slice(name, "web", {address});
  }

  Service service_ = service("web");
  std::vector<std::shared_ptr<const EndpointSlice>> slices_;
  EndpointOptions options_;
  std::vector<Finding> findings_;
};

TEST_F(EndpointTranslatorTest, JoinsSlicesInOrderOfAddress) {
  add(slice("b", "web", {"10.0.0.9", "10.0.0.2"}));
  add(slice("a", "web", {"10.0.0.10"}));
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.2:8080", "10.0.0.9:8080", "10.0.0.10:8080"));
  EXPECT_TRUE(findings_.empty());
}

TEST_F(EndpointTranslatorTest, UnsetConditionsMeanReady) {
  EndpointSlice s = slice("a", "web", {"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  s.endpoints[1].ready = false;
  s.endpoints[2].ready = true;
  add(s);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080", "10.0.0.3:8080"));
}

TEST_F(EndpointTranslatorTest, ReadyIsObeyedAndNeverDerived) {
  EndpointSlice s = one("a", "10.0.0.1");
  s.endpoints[0].ready = true;
  s.endpoints[0].serving = false;
  s.endpoints[0].terminating = true;  // publishNotReadyAddresses
  add(s);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080"));
}

TEST_F(EndpointTranslatorTest, FallsBackToServingTerminatingOnes) {
  EndpointSlice s = slice("a", "web", {"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  for (auto& each : s.endpoints) each.ready = false;
  s.endpoints[0].terminating = true;
  s.endpoints[0].serving = true;
  s.endpoints[1].terminating = true;
  s.endpoints[1].serving = false;
  add(s);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080"));
  add(one("b", "10.0.0.9"));
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.9:8080"));
}

TEST_F(EndpointTranslatorTest, ACopyThatIsReadyBeatsOneThatTerminates) {
  EndpointSlice old = one("z", "10.0.0.1");
  old.endpoints[0].ready = false;
  old.endpoints[0].serving = true;
  old.endpoints[0].terminating = true;
  old.endpoints[0].target_uid = "old";
  EndpointSlice fresh = one("a", "10.0.0.1");
  fresh.endpoints[0].target_uid = "new";
  add(old);
  add(fresh);
  const auto set = translate_endpoints(service_, service_.ports[0], slices_, options_, findings_);
  ASSERT_EQ(set.endpoints.size(), 1U);
  EXPECT_EQ(set.endpoints[0].uid, "new");
}

TEST_F(EndpointTranslatorTest, OfEqualCopiesTheNewestSliceCounts) {
  for (const char* version : {"99", "100"}) {
    EndpointSlice s = one(std::string("s") + version, "10.0.0.1");
    s.metadata.resource_version = version;
    s.endpoints[0].target_uid = version;
    add(s);
  }
  const auto set = translate_endpoints(service_, service_.ports[0], slices_, options_, findings_);
  ASSERT_EQ(set.endpoints.size(), 1U);
  EXPECT_EQ(set.endpoints[0].uid, "100");
}

TEST_F(EndpointTranslatorTest, SamePortsOnlyAreCopies) {
  EndpointSlice other = one("b", "10.0.0.1");
  other.ports[0].port = 9090;
  add(one("a", "10.0.0.1"));
  add(other);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080", "10.0.0.1:9090"));
}

TEST_F(EndpointTranslatorTest, TakesThePortOfTheSameName) {
  EndpointSlice s = one("a", "10.0.0.1");
  s.ports = {{"admin", 9000, "TCP", ""}, {"http", 7070, "UDP", ""}, {"http", 8081, "", ""}};
  add(s);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8081"));
}

TEST_F(EndpointTranslatorTest, ASliceWithoutThePortServesWithTheNumericTargetWhereNothingElseDoes) {
  EndpointSlice s = one("a", "10.0.0.1");
  s.ports[0].name = "admin";
  s.ports[0].port = 9000;
  add(s);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080"));
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_EQ(to_string(findings_[0]),
            "warning: EndpointSlice default/a: ports: no TCP port is named 'http', as port 80 of Service "
            "default/web is; its targetPort 8080 is used");
  service_.ports[0].target_port = {0, "app"};
  EXPECT_THAT(endpoints(), IsEmpty());
  EXPECT_EQ(findings_.size(), 1U);
  add(one("b", "10.0.0.2"));
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.2:8080"));
  EXPECT_TRUE(findings_.empty());
}

TEST_F(EndpointTranslatorTest, AnAbsentPortIsTheNumericTarget) {
  EndpointSlice no_ports = one("a", "10.0.0.1");
  no_ports.ports.clear();
  EndpointSlice no_number = one("b", "10.0.0.2");
  no_number.ports[0].port.reset();
  add(no_ports);
  add(no_number);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080", "10.0.0.2:8080"));
  service_.ports[0].target_port = {0, "web"};
  EXPECT_THAT(endpoints(), IsEmpty());  // a named target is no number, and `port` is none either
  service_.ports[0].target_port = {};
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:80", "10.0.0.2:80"));
}

TEST_F(EndpointTranslatorTest, UsesOneFamily) {
  EndpointSlice v6 = one("six", "fd00::1");
  v6.address_type = "IPv6";
  add(v6);
  EXPECT_THAT(endpoints(), ElementsAre("[fd00::1]:8080"));
  add(one("four", "10.0.0.1"));
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080"));
  service_.ip_families = {"IPv6", "IPv4"};
  EXPECT_THAT(endpoints(), ElementsAre("[fd00::1]:8080"));
}

TEST_F(EndpointTranslatorTest, IgnoresNamesAndTellsSo) {
  EndpointSlice names = one("a", "pod.example.com");
  names.address_type = "FQDN";
  add(names);
  EXPECT_THAT(endpoints(), IsEmpty());
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_EQ(findings_[0].field, "addressType");
}

TEST_F(EndpointTranslatorTest, RefusesAddressesNoPodHas) {
  for (const char* address :
       {"0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16",
        "240.0.0.1", "10.0.0", "", "fd00::1", "localhost", "127.0.0.1"}) {
    slices_.clear();
    add(slice("a", "web", {"10.0.0.1", address}));
    EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080")) << address;
    ASSERT_EQ(findings_.size(), 1U) << address;
    EXPECT_EQ(findings_[0].object, "EndpointSlice default/a");
    EXPECT_EQ(findings_[0].field, "endpoints[1].addresses[0]");
  }
}

TEST_F(EndpointTranslatorTest, AnEndpointWithoutAddressIsLeftOut) {
  add(slice("a", "web", {"", "10.0.0.1"}));
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080"));
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_EQ(to_string(findings_[0]),
            "error: EndpointSlice default/a: endpoints[0].addresses[0]: there is no address; the endpoint is "
            "left out");
}

TEST_F(EndpointTranslatorTest, RefusesIPv6AddressesNoPodHas) {
  for (const char* address :
       {"::", "::1", "fe80::1", "ff02::1", "::ffff:169.254.169.254", "::ffff:127.0.0.1", "::7f00:1",
        "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:a9fe:a9fe::1"}) {
    slices_.clear();
    EndpointSlice s = one("a", address);
    s.address_type = "IPv6";
    add(s);
    EXPECT_THAT(endpoints(), IsEmpty()) << address;
    EXPECT_EQ(findings_.size(), 1U) << address;
  }
}

TEST_F(EndpointTranslatorTest, LoopbackIsAllowedByOption) {
  options_.allow_loopback = true;
  add(slice("a", "web", {"127.0.0.2", "169.254.1.1"}));
  EXPECT_THAT(endpoints(), ElementsAre("127.0.0.2:8080"));
  EXPECT_EQ(findings_.size(), 1U);
}

TEST(FindServicePort, MatchesNumberTargetAndNameFirstHit) {
  Service s = service("web");
  ServicePort second;
  second.name = "admin";
  second.port = 8080;
  second.target_port.name = "manage";
  s.ports.push_back(second);
  EXPECT_EQ(find_service_port(s, "80"), &s.ports[0]);
  EXPECT_EQ(find_service_port(s, "http"), &s.ports[0]);
  EXPECT_EQ(find_service_port(s, "8080"), &s.ports[0]);  // the first one's targetPort
  EXPECT_EQ(find_service_port(s, "admin"), &s.ports[1]);
  EXPECT_EQ(find_service_port(s, "manage"), &s.ports[1]);
  EXPECT_EQ(find_service_port(s, ""), &s.ports[0]);
  EXPECT_EQ(find_service_port(s, "81"), nullptr);
  s.ports[0].protocol = "UDP";
  EXPECT_EQ(find_service_port(s, "80"), nullptr);
  EXPECT_EQ(find_service_port(s, ""), &s.ports[1]);
}

}  // namespace
}  // namespace headgate::k8swatch
