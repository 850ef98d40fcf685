// Endpoints of the own node and zone: kube-proxy's rule about hints.
#include "k8swatch/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"
#include "k8swatch/endpoint_translator.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Names = std::vector<std::string>;

class TopologyTest : public ::testing::Test {
 protected:
  TopologyTest() {
    options_.topology_aware = true;
    options_.location = {"node-1", "zone-a"};
  }

  // A slice of its own for the endpoint.
  SliceEndpoint& add(const std::string& address, Names zones = {}, Names nodes = {}) {
    EndpointSlice s = slice("s" + std::to_string(slices_.size()), "web", {address});
    s.endpoints[0].for_zones = std::move(zones);
    s.endpoints[0].for_nodes = std::move(nodes);
    slices_.push_back(std::make_shared<EndpointSlice>(std::move(s)));
    return slices_.back()->endpoints[0];
  }

  Names endpoints() {
    const std::vector<std::shared_ptr<const EndpointSlice>> slices(slices_.begin(), slices_.end());
    std::vector<Finding> findings;
    Names texts;
    for (const auto& each :
         translate_endpoints(service_, service_.ports[0], slices, options_, findings).endpoints)
      texts.push_back(each.address.ip_string());
    EXPECT_THAT(findings, IsEmpty());
    return texts;
  }

  Service service_ = service("web");
  EndpointOptions options_;
  std::vector<std::shared_ptr<EndpointSlice>> slices_;
};

TEST_F(TopologyTest, KeepsTheEndpointsOfTheZone) {
  add("10.0.0.1", {"zone-a"});
  add("10.0.0.2", {"zone-b"});
  add("10.0.0.3", {"zone-b", "zone-a"});
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.3"));
}

TEST_F(TopologyTest, HintsHaveNoEffectUnlessAskedFor) {
  add("10.0.0.1", {"zone-a"});
  add("10.0.0.2", {"zone-b"});
  options_.topology_aware = false;
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(TopologyTest, OneReadyEndpointWithoutHintInAnotherSliceTurnsHintsOff) {
  add("10.0.0.1", {"zone-a"});
  add("10.0.0.2", {"zone-b"});
  SliceEndpoint& bare = add("10.0.0.3");
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.3"));
  bare.ready = false;  // those that are not ready do not count
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1"));
}

TEST_F(TopologyTest, WithoutAnEndpointForTheZoneAllAreUsed) {
  add("10.0.0.1", {"zone-b"});
  add("10.0.0.2", {"zone-c"});
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2"));
  options_.location = {};
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(TopologyTest, AnUnknownZoneMatchesNoHint) {
  add("10.0.0.1", {""});
  add("10.0.0.2", {"zone-b"});
  options_.location = {};
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(TopologyTest, HintsForNodesComeFirst) {
  add("10.0.0.1", {"zone-a"}, {"node-1"});
  add("10.0.0.2", {"zone-a"}, {"node-2"});
  add("10.0.0.3", {"zone-b"}, {"node-3"});
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1"));
  options_.location.node = "node-9";  // none here: the zone
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2"));
  options_.location.node = "node-1";
  add("10.0.0.4", {"zone-a"});  // without a hint for nodes: the zone
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.4"));
}

TEST_F(TopologyTest, TerminatingOnesAreUsedWhereverTheyAre) {
  for (const char* zone : {"zone-a", "zone-b"}) {
    SliceEndpoint& each = add(zone == std::string("zone-a") ? "10.0.0.1" : "10.0.0.2", {zone});
    each.ready = false;
    each.serving = true;
    each.terminating = true;
  }
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1", "10.0.0.2"));
}

TEST_F(TopologyTest, HintsOfTheOtherFamilyDoNotCount) {
  add("10.0.0.1", {"zone-a"});
  add("10.0.0.2", {"zone-b"});
  add("fd00::1");
  slices_.back()->address_type = "IPv6";
  EXPECT_THAT(endpoints(), ElementsAre("10.0.0.1"));
}

// The endpoints that a Controller in zone b publishes, of one in each zone.
Names published_in_zone_b(bool topology_aware) {
  ControllerOptions options;
  options.translation.endpoints.topology_aware = topology_aware;
  options.translation.endpoints.location = {"node-1", "zone-b"};
  ControllerFixture fixture(std::move(options));
  EndpointSlice pods = slice("web-1", "web", {"10.0.0.1", "10.0.0.2"});
  pods.endpoints[0].for_zones = {"zone-a"};
  pods.endpoints[1].for_zones = {"zone-b"};
  fixture.put(ingress_class("headgate"));
  fixture.put(ingress("i", {rule("a.org", {path("/", "web")})}));
  fixture.put(service("web"));
  fixture.put(pods);
  Names texts;
  for (const router::Endpoint& each : fixture.publish()->clusters.at(0).endpoints->endpoints)
    texts.push_back(each.text);
  return texts;
}

TEST(ControllerLocation, ChoosesEndpointsWhereItIsAskedTo) {
  EXPECT_THAT(published_in_zone_b(true), ElementsAre("10.0.0.2:8080"));
  EXPECT_THAT(published_in_zone_b(false), ElementsAre("10.0.0.1:8080", "10.0.0.2:8080"));
}

}  // namespace
}  // namespace headgate::k8swatch
