// appProtocol of Service ports: carried to the endpoints, and told where it is not known.
#include "k8swatch/app_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using router::UpstreamProtocol;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(AppProtocol, KnowsTheNamesInAnyCase) {
  for (const char* name : {"", "http", "HTTP", "kubernetes.io/ws", "ws", "mysql"})
    EXPECT_EQ(upstream_protocol(name), UpstreamProtocol::http1) << name;
  for (const char* name : {"https", "HTTPS", "kubernetes.io/wss", "wss"})
    EXPECT_EQ(upstream_protocol(name), UpstreamProtocol::https) << name;
  EXPECT_EQ(upstream_protocol("kubernetes.io/h2c"), UpstreamProtocol::h2c);
}

class AppProtocolTest : public ::testing::Test, public ControllerFixture {
 protected:
  AppProtocolTest() {
    put(ingress_class("headgate"));
    put(ingress("i", {rule("a.org", {path("/a", "web"), path("/b", "web", "Prefix", "http")}),
                      rule("b.org", {path("/", "web")})}));
    put(slice("web-1", "web", {"10.0.0.1"}));
  }

  UpstreamProtocol published_for(const std::string& app_protocol) {
    Service s = service("web");
    s.ports[0].app_protocol = app_protocol;
    put(s);
    publish();
    UpstreamProtocol last{};
    for (const auto& publication : published())
      for (const auto& update : publication->clusters) {
        EXPECT_EQ(update.endpoints->endpoints.size(), 1U);
        last = update.endpoints->protocol;
      }
    return last;
  }
};

TEST_F(AppProtocolTest, IsPublishedWithTheEndpoints) {
  EXPECT_EQ(published_for("https"), UpstreamProtocol::https);
  EXPECT_EQ(published_for("kubernetes.io/h2c"), UpstreamProtocol::h2c);
  EXPECT_EQ(published_for("kubernetes.io/ws"), UpstreamProtocol::http1);
}

TEST_F(AppProtocolTest, WhatIsNotKnownIsToldOnceForEachPort) {
  published_for("mysql");
  EXPECT_THAT(findings(),
              ElementsAre("warning: Service default/web: spec.ports[0].appProtocol: 'mysql' is not "
                          "known: requests are sent as plain HTTP/1.1"));
  for (const char* fine : {"http", "https", "kubernetes.io/h2c", "kubernetes.io/ws", ""}) {
    published_for(fine);
    EXPECT_THAT(findings(), IsEmpty()) << fine;
  }
}

}  // namespace
}  // namespace headgate::k8swatch
