// service-upstream: requests to the Service's own address.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServiceUpstreamTest : public ::testing::Test, public ControllerFixture {
 protected:
  ServiceUpstreamTest() : ControllerFixture(with_config_map()) {
    service_.cluster_ip = "10.96.0.7";
    put(ingress_class("headgate"));
    put(config_map("settings", {}));
    put(slice("web-1", "web", {"10.0.0.1"}));
    put(service_);
  }

  Ingress asking(const std::string& name, const std::string& at, const std::string& value,
                 const std::string& port = "80") {
    Ingress result = ingress(name, {rule("a.org", {path(at, "web", "Prefix", port)})});
    if (!value.empty())
      result.metadata.annotations = {{"nginx.ingress.kubernetes.io/service-upstream", value}};
    return result;
  }
  // The endpoints last published for what answers at `at`.
  std::vector<std::string> endpoints(const std::string& at) {
    const auto slot = controller().table()->match("a.org", at).route->cluster->slot;
    std::vector<std::string> texts;
    for (const auto& publication : published())
      for (const router::ClusterUpdate& update : publication->clusters) {
        if (update.slot != slot) continue;
        texts.clear();
        if (update.endpoints == nullptr) continue;
        for (const auto& each : update.endpoints->endpoints) texts.push_back(each.text);
      }
    return texts;
  }

  Service service_ = service("web");
};

TEST_F(ServiceUpstreamTest, TheClusterIpIsTheOnlyEndpoint) {
  put(asking("i", "/", "true"));
  publish();
  EXPECT_THAT(endpoints("/"), ElementsAre("10.96.0.7:80"));
  EXPECT_EQ(route("a.org", "/"), "default-web-80");
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_THAT(controller().dump(),
              HasSubstr("(Service default/web, port 80, service-upstream)\n  10.96.0.7:80"));
  put(asking("i", "/", "false"));
  publish();
  EXPECT_THAT(endpoints("/"), ElementsAre("10.0.0.1:8080"));
}

TEST_F(ServiceUpstreamTest, ActsOnThePathsOfItsOwnIngress) {
  put(asking("a", "/service", "true"));
  put(asking("b", "/pods", ""));
  publish();
  EXPECT_THAT(endpoints("/service"), ElementsAre("10.96.0.7:80"));
  EXPECT_THAT(endpoints("/pods"), ElementsAre("10.0.0.1:8080"));
}

TEST_F(ServiceUpstreamTest, TheConfigMapSpeaksForIngressesThatSayNothing) {
  put(asking("a", "/no", "false"));
  put(asking("b", "/any", ""));
  publish();
  EXPECT_THAT(endpoints("/any"), ElementsAre("10.0.0.1:8080"));
  put(config_map("settings", {{"service-upstream", "true"}}));
  publish();
  EXPECT_THAT(endpoints("/any"), ElementsAre("10.96.0.7:80"));
  EXPECT_THAT(endpoints("/no"), ElementsAre("10.0.0.1:8080"));
  put(config_map("settings", {}));
  publish();
  EXPECT_THAT(endpoints("/any"), ElementsAre("10.0.0.1:8080"));
}

TEST_F(ServiceUpstreamTest, PortsByNameAndTargetAreThePortOfTheService) {
  ServicePort second;
  second.name = "admin";
  second.port = 8080;
  second.target_port.number = 9090;
  service_.ports.push_back(second);
  put(service_);
  put(asking("a", "/name", "true", "http"));
  put(asking("b", "/number", "true", "8080"));  // a port of its own, though also the first one's targetPort
  put(asking("c", "/target", "true", "9090"));
  publish();
  EXPECT_THAT(endpoints("/name"), ElementsAre("10.96.0.7:80"));
  EXPECT_THAT(endpoints("/number"), ElementsAre("10.96.0.7:8080"));
  EXPECT_THAT(endpoints("/target"), ElementsAre("10.96.0.7:8080"));
}

TEST_F(ServiceUpstreamTest, WithoutAUsableClusterIpTheEndpointsServeAndThatIsTold) {
  put(asking("i", "/", "true"));
  for (const char* cluster_ip :
       {"None", "", "not-an-ip", "169.254.169.254", "100.100.100.200", "240.0.0.1", "127.0.0.1"}) {
    service_.cluster_ip = cluster_ip;
    put(service_);
    publish();
    EXPECT_THAT(endpoints("/"), ElementsAre("10.0.0.1:8080")) << cluster_ip;
    EXPECT_THAT(findings(), ElementsAre(HasSubstr("warning: Service default/web: spec.clusterIP: "
                                                  "service-upstream has no effect: it")))
        << cluster_ip;
  }
}

TEST_F(ServiceUpstreamTest, HasNoEffectOnAnExternalNameAndThatIsTold) {
  put(asking("i", "/", "true"));
  service_.type = "ExternalName";
  service_.external_name = "192.0.2.9";
  service_.cluster_ip.clear();
  put(service_);
  publish();
  EXPECT_THAT(endpoints("/"), ElementsAre("192.0.2.9:8080"));
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr("service-upstream has no effect on an ExternalName Service")));
}

TEST_F(ServiceUpstreamTest, AValueThatIsNoneIsToldAndTheDefaultCounts) {
  put(asking("i", "/", "yes"));
  publish();
  EXPECT_THAT(endpoints("/"), ElementsAre("10.0.0.1:8080"));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("'yes' is neither true nor false; the default is used")));
}

TEST_F(ServiceUpstreamTest, AFreedSlotForgetsTheWayOfItsOldCluster) {
  put(asking("i", "/", "true"));
  publish();
  remove(Kind::ingress, "i");
  publish();
  put(asking("j", "/", ""));
  publish();
  publish();
  EXPECT_THAT(endpoints("/"), ElementsAre("10.0.0.1:8080"));
}

}  // namespace
}  // namespace headgate::k8swatch
