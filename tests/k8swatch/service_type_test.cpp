// Every type of Service with pods behind it is served through its EndpointSlices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ServiceTypeTest : public ::testing::Test, public ControllerFixture {
 protected:
  ServiceTypeTest() {
    put(ingress_class("headgate"));
    put(ingress("i", {rule("a.org", {path("/", "web")})}));
  }

  std::vector<std::string> endpoints() {
    std::vector<std::string> texts;
    const auto publication = publish();
    if (publication == nullptr || publication->clusters.size() != 1) return {"?"};
    for (const auto& each : publication->clusters[0].endpoints->endpoints) texts.push_back(each.text);
    return texts;
  }
};

TEST_F(ServiceTypeTest, HeadlessNodePortAndLoadBalancerHaveTheEndpointsOfTheirSlices) {
  for (const auto& [type, cluster_ip] : std::vector<std::pair<std::string, std::string>>{
           {"ClusterIP", "None"}, {"NodePort", "10.96.0.1"}, {"LoadBalancer", "10.96.0.1"}}) {
    ControllerFixture fixture;
    Service s = service("web");
    s.type = type;
    s.cluster_ip = cluster_ip;
    fixture.put(ingress_class("headgate"));
    fixture.put(ingress("i", {rule("a.org", {path("/", "web")})}));
    fixture.put(s);
    fixture.put(slice("web-1", "web", {"10.0.0.1"}));
    const auto publication = fixture.publish();
    ASSERT_EQ(publication->clusters[0].endpoints->endpoints.size(), 1U) << type;
    EXPECT_EQ(publication->clusters[0].endpoints->endpoints[0].text, "10.0.0.1:8080") << type;
    EXPECT_THAT(fixture.findings(), IsEmpty()) << type;
  }
}

// Written by hand, beside a Service without selector: no targetRef, perhaps no conditions, no ports.
TEST_F(ServiceTypeTest, ASliceByHandServesAServiceWithoutSelector) {
  put(service("web"));
  EndpointSlice manual = slice("mine", "web", {"192.0.2.7", "192.0.2.8"});
  manual.ports.clear();
  manual.endpoints[1].ready = true;
  put(manual);
  EXPECT_THAT(endpoints(), ElementsAre("192.0.2.7:8080", "192.0.2.8:8080"));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(ServiceTypeTest, ANamedTargetPortMayDifferFromPodToPod) {
  Service s = service("web");
  s.ports[0].target_port = {0, "app"};
  put(s);
  EndpointSlice old = slice("web-1", "web", {"10.0.0.1"});
  EndpointSlice fresh = slice("web-2", "web", {"10.0.0.2"});
  fresh.ports[0].port = 9090;
  put(old);
  put(fresh);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080", "10.0.0.2:9090"));
}

// With publishNotReadyAddresses the API server says ready=true for pods that are not.
TEST_F(ServiceTypeTest, NotReadyAddressesThatAreToBePublishedSayReady) {
  put(service("web"));
  EndpointSlice s = slice("web-1", "web", {"10.0.0.1", "10.0.0.2"});
  s.endpoints[0].ready = true;
  s.endpoints[0].serving = false;
  s.endpoints[1].ready = false;
  s.endpoints[1].serving = false;
  put(s);
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1:8080"));
}

TEST_F(ServiceTypeTest, OfTwoFamiliesTheOneWithReadyEndpointsIsUsed) {
  Service s = service("web");
  s.ip_families = {"IPv4", "IPv6"};
  put(s);
  EndpointSlice four = slice("web-4", "web", {"10.0.0.1"});
  four.endpoints[0].ready = false;
  four.endpoints[0].serving = true;
  four.endpoints[0].terminating = true;
  EndpointSlice six = slice("web-6", "web", {"fd00::2"});
  six.address_type = "IPv6";
  put(four);
  put(six);
  EXPECT_THAT(endpoints(), ElementsAre("[fd00::2]:8080"));
}

}  // namespace
}  // namespace headgate::k8swatch
