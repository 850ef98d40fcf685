// The data plane alone, inside the test program, with times short enough to wait for: what a deadline does to
// the client, and how long pooled upstream connections live.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/data_plane_fixture.h"
#include "support/backend_scripts.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

TEST_F(DataPlaneTimes, ASlowHeadIs408EvenWhenBytesKeepComing) {
  router::ListenerSettings settings;
  settings.client_header_timeout = kShort;
  start(settings);
  RawClient one = client();
  one.send("GET / HTTP/1.1\r\nHost: x.test\r\nX-Drip: ");
  // One byte at a time, faster than any time between two reads would notice.
  const Deadline patience(kPatience);
  pollfd answered{one.fd(), POLLIN, 0};
  while (::poll(&answered, 1, 50) == 0 && !patience.passed()) one.send("a");
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 408) << response.problem;
  EXPECT_THAT(response.body, HasSubstr("408 Request Time-out"));
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_EQ(pod.request_count(), 0u);
}

// A deadline left over from an earlier head must not stand for the next one's.
TEST_F(DataPlaneTimes, AHeadBegunBehindAPipelinedRequestHasItsDeadline) {
  router::ListenerSettings settings;
  settings.client_header_timeout = kShort;
  start(settings);
  RawClient one = client();
  const std::string whole = make_request("GET", "x.test", "/");
  one.send(whole + whole.substr(0, 20));
  EXPECT_EQ(one.receive().status, 200);
  one.send(whole.substr(20) + whole + "GET /late HTTP/1.1\r\nHost");
  EXPECT_EQ(one.receive().status, 200);
  EXPECT_EQ(one.receive().status, 200);
  EXPECT_EQ(one.receive().status, 408);
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(DataPlaneTimes, AnAnswerBegunBeforeTheWholeRequestHasItsDeadline) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    exchange.closed_by_peer();
  });
  router::RouteSettings settings;
  settings.read_timeout = kShort;
  settings.max_body_bytes = 0;
  start({}, settings);
  RawClient one = client();
  one.send("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 100000000\r\n\r\n");
  one.send_some(std::string(4 * 1024 * 1024, 'x'));
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(response.body, "half");
}

TEST_F(DataPlaneTimes, ASlowBodyIs408AndThePodSeesACut) {
  router::ListenerSettings settings;
  settings.client_body_timeout = kShort;
  start(settings);
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Content-Length: 10\r\n", "hel"));
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.status, 408) << response.problem;
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  for (const HttpRequest& seen : pod.requests()) EXPECT_FALSE(seen.complete);
}

TEST_F(DataPlaneTimes, AnIdleConnectionIsClosedWithoutAWord) {
  router::ListenerSettings settings;
  settings.keep_alive = kShort;
  start(settings);
  RawClient one = client();
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(DataPlaneTimes, AConnectionThatSaysNothingIsClosed) {
  router::ListenerSettings settings;
  settings.client_header_timeout = kShort;
  settings.keep_alive = kShort;
  start(settings);
  RawClient one = client();
  ReadEnd end = ReadEnd::data;
  one.read_until_close(end);
  EXPECT_NE(end, ReadEnd::timed_out);
}

TEST_F(DataPlaneTimes, ARunningRequestOutlivesTheIdleTimes) {
  router::ListenerSettings settings;
  settings.keep_alive = settings.client_header_timeout = settings.client_body_timeout = kShort;
  start(settings);
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.read_body();
    gate.wait(3 * kShort);  // nobody opens it
    exchange.respond_with_echo();
  });
  EXPECT_EQ(status_of(make_request("GET", "x.test", "/")), 200);
}

TEST_F(DataPlaneTimes, AClientThatTakesNothingLosesItsConnectionAndThePodIsFreed) {
  proxy::DataPlaneConfig config;
  config.client_send_timeout = kShort;
  start({}, {}, config);
  pod.set_handler(big_body(256 << 20));
  ClientOptions deaf;
  deaf.receive_buffer = 4096;
  RawClient one(port.port(), deaf);
  one.send(make_request("GET", "x.test", "/"));
  ASSERT_TRUE(pod.wait_for_requests(1));
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }))
      << "the pod still waits for the client";
}

TEST_F(DataPlaneTimes, OverTlsTooAClientThatTakesNothingLosesItsConnection) {
  const TestCertificate test({{"x.test"}});
  certificates =
      std::make_shared<const tls::CertificateIndex>(*tls::Certificate::from_pem(test.pem(), test.key_pem()));
  router::ListenerSettings settings;
  settings.tls = *tls::ServerContext::make({});
  proxy::DataPlaneConfig config;
  config.client_send_timeout = kShort;
  start(settings, {}, config);
  pod.set_handler(big_body(256 << 20));
  TlsClient one(port.port(1));
  ASSERT_EQ(one.failure(), "");
  one.send(make_request("GET", "x.test", "/"));
  ASSERT_TRUE(pod.wait_for_requests(1));
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }))
      << "the pod still waits for the client";
  EXPECT_TRUE(eventually([&] { return plane->stats().at(0)->connections_active.value() == 0; }));
  ReadEnd end = ReadEnd::data;
  one.read_until_close(end);
  EXPECT_EQ(end, ReadEnd::reset) << "a cut answer must not look whole";
}

TEST(DataPlane, DoesNotListenOnOneAddressForTwoProtocols) {
  const PortReservation port;
  const SocketAddress address = *SocketAddress::parse("127.0.0.1", port.port());
  proxy::DataPlaneConfig config;
  config.listen = {{address}, {address}};
  observe::AccessLogSink log{-1};
  proxy::DataPlane plane(config, log, [](std::shared_ptr<const void>) {});
  const Result<void> bound = plane.bind();
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().message, "cannot listen on " + address.to_string() + " twice");
}

TEST_F(DataPlaneTimes, AClientConnectionEndsAfterItsNumberOfRequests) {
  router::ListenerSettings settings;
  settings.keep_alive_requests = 3;
  start(settings);
  RawClient one = client();
  for (int i = 1; i <= 3; ++i) {
    const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.lists("Connection", "close"), i == 3) << i;
  }
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(DataPlaneTimes, WithoutKeepAliveAConnectionServesOneRequest) {
  router::ListenerSettings settings;
  settings.keep_alive = std::chrono::milliseconds(0);
  start(settings);
  RawClient one = client();
  EXPECT_TRUE(one.exchange(make_request("GET", "x.test", "/")).lists("Connection", "close"));
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(DataPlaneTimes, AnUpstreamConnectionEndsAfterItsNumberOfRequests) {
  router::ListenerSettings settings;
  settings.upstream_keepalive_requests = 2;
  start(settings);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(status_of(make_request("GET", "x.test", "/")), 200);
  EXPECT_EQ(pod.connection_count(), 3u);
}

TEST_F(DataPlaneTimes, AnIdleUpstreamConnectionIsClosed) {
  router::ListenerSettings settings;
  settings.upstream_keepalive_timeout = kShort;
  start(settings);
  EXPECT_EQ(status_of(make_request("GET", "x.test", "/")), 200);
  EXPECT_EQ(pod.connection_count(), 1u);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
}

TEST_F(DataPlaneTimes, AnUpstreamConnectionEndsWithItsAge) {
  router::ListenerSettings settings;
  settings.upstream_keepalive_time = kShort;
  start(settings);
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(status_of(make_request("GET", "x.test", "/")), 200);
    return pod.connection_count() > 1;
  }));
}

TEST_F(DataPlaneTimes, NoMoreIdleUpstreamConnectionsAreKeptThanAllowed) {
  router::ListenerSettings settings;
  settings.upstream_keepalive_connections = 2;
  start(settings);
  pod.set_handler(echo_after(gate));
  std::vector<RawClient> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(client());
    clients.back().send(make_request("GET", "x.test", "/"));
  }
  ASSERT_TRUE(pod.wait_for_requests(6));
  gate.open();
  for (RawClient& one : clients) EXPECT_EQ(one.receive().status, 200);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 2; })) << pod.open_connections();
}

TEST_F(DataPlaneTimes, AnAnswerThatStopsInTheMiddleIsCutByTheReadTimeOut) {
  router::RouteSettings settings;
  settings.read_timeout = kShort;
  start({}, settings);
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    exchange.closed_by_peer();
    exchange.close();
  });
  RawClient one = client();
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "half");
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(response.problem.find("timed out"), std::string::npos) << response.problem;
}

TEST_F(DataPlaneTimes, DrainingEndsWithTheDeadlineWhateverRuns) {
  start({});
  pod.set_handler(never_answer());
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/"));
  ASSERT_TRUE(pod.wait_for_requests(1));
  EXPECT_FALSE(plane->drained());
  plane->begin_drain(kShort);
  EXPECT_TRUE(eventually([&] { return plane->drained(); }));
  ReadEnd end = ReadEnd::data;
  one.read_until_close(end);
  EXPECT_NE(end, ReadEnd::timed_out);
}

}  // namespace
}  // namespace headgate::test_support
