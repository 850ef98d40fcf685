// Fixture: the data plane inside the test program, with times short enough to wait for, and one pod behind
// every host and path.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "proxy/data_plane.h"
#include "router/table_builder.h"
#include "support/echo_backend.h"
#include "support/gate.h"
#include "support/port_reservation.h"
#include "support/raw_client.h"

namespace headgate::test_support {

inline constexpr std::chrono::milliseconds kShort{300};

class DataPlaneTimes : public ::testing::Test {
 protected:
  void start(const router::ListenerSettings& listeners, router::RouteSettings settings = {},
             proxy::DataPlaneConfig config = {}) {
    config.listen.http = {*SocketAddress::parse("127.0.0.1", port.port(0))};
    if (listeners.tls) config.listen.https = {*SocketAddress::parse("127.0.0.1", port.port(1))};
    config.workers = 1;
    plane = std::make_unique<proxy::DataPlane>(config, log, [](std::shared_ptr<const void>) {});
    const Result<void> bound = plane->bind();
    ASSERT_TRUE(bound) << bound.error().message;
    plane->publish(publication(listeners, settings));
    plane->start();
    ASSERT_TRUE(eventually([&] { return plane->adopted_generation() == 1; }));
  }
  ~DataPlaneTimes() override {
    if (plane) plane->stop();
  }
  [[nodiscard]] RawClient client() const { return RawClient(port.port()); }
  [[nodiscard]] int status_of(const std::string& request) const {
    RawClient one = client();
    return one.exchange(request).status;
  }

  Gate gate;
  EchoBackend pod{"web"};
  PortReservation port{2};  // the second one for TLS
  std::shared_ptr<const tls::CertificateIndex> certificates;
  observe::AccessLogSink log{-1};
  std::unique_ptr<proxy::DataPlane> plane;

 private:
  // Every host and path to `pod`.
  [[nodiscard]] std::shared_ptr<const router::Publication> publication(
      const router::ListenerSettings& listeners, router::RouteSettings settings) const {
    auto cluster = std::make_shared<router::Cluster>();
    cluster->name = "default-web-80";
    router::Endpoint endpoint;
    endpoint.address = *SocketAddress::parse(pod.address(), pod.port());
    endpoint.text = endpoint.address.to_string();
    router::HostDraft host;
    host.host = "_";
    router::RouteDraft route;
    route.match_path = route.route.path = "/";
    route.route.cluster = cluster;
    route.route.settings = settings;
    host.routes.push_back(route);
    router::TableBuilder builder;
    builder.replace(std::move(host));
    auto result = std::make_shared<router::Publication>();
    result->generation = 1;
    result->table = builder.build(1);
    result->certificates = certificates;
    result->listeners = std::make_shared<const router::ListenerSettings>(listeners);
    result->clusters.push_back(
        {0, cluster, std::make_shared<router::EndpointSet>(router::EndpointSet{{endpoint}})});
    return result;
  }
};

}  // namespace headgate::test_support
