// The test tools tested against each other: a client and a pod without a proxy between them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "support/backend_scripts.h"
#include "support/child_process.h"
#include "support/http_load.h"
#include "support/manifest_folder.h"
#include "support/manifests.h"
#include "support/pattern.h"
#include "support/port_reservation.h"
#include "support/raw_client.h"

namespace headgate::test_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(EchoBackend, AnswersWithItsNameAndRecordsTheRequest) {
  EchoBackend pod("a");
  RawClient client(pod.port());
  const HttpResponse response =
      client.exchange(make_request("POST", "x.test", "/p", "Content-Length: 3\r\n", "abc"));
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.field("x-pod"), "a");
  EXPECT_THAT(response.body, HasSubstr("method=POST\ntarget=/p\nversion=HTTP/1.1\nHost=x.test\n"));
  EXPECT_EQ(client.exchange(make_request("GET", "x.test", "/again")).status, 200);
  ASSERT_EQ(pod.request_count(), 2u);
  EXPECT_EQ(pod.requests()[0].body, "abc");
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST(EchoBackend, EndsOpenConnectionsWhenItIsDestroyed) {
  auto pod = std::make_unique<EchoBackend>("a");
  RawClient client(pod->port());
  EXPECT_EQ(client.exchange(make_request("GET", "x", "/")).status, 200);
  const std::uint16_t port = pod->port();
  pod.reset();
  EXPECT_TRUE(client.closed_by_peer());
  EXPECT_THROW(RawClient{port}, std::runtime_error);
}

TEST(RawClient, ReadsChunkedBodiesTrailersAndInterimResponses) {
  EchoBackend pod("a", [](BackendExchange& exchange) {
    exchange.send(
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    exchange.send("5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Sum: 6\r\n\r\n");
  });
  RawClient client(pod.port());
  const HttpResponse response = client.exchange(make_request("GET", "x", "/"));
  EXPECT_THAT(response.interim, ElementsAre(103));
  EXPECT_EQ(response.body, "hello!");
  EXPECT_TRUE(response.complete);
  EXPECT_THAT(response.trailers, ElementsAre(std::pair<std::string, std::string>("X-Sum", "6")));
}

TEST(RawClient, TellsACutBodyFromAWholeOne) {
  EchoBackend pod("a", [](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    exchange.close();
  });
  RawClient client(pod.port());
  const HttpResponse response = client.exchange(make_request("GET", "x", "/"));
  EXPECT_FALSE(response.complete);
  EXPECT_EQ(response.problem, "closed in the body");
  EXPECT_EQ(response.body, "hello");
}

TEST(RawClient, TellsAResetFromAClose) {
  EchoBackend pod("a", [](BackendExchange& exchange) { exchange.reset(); });
  RawClient client(pod.port());
  EXPECT_EQ(client.exchange(make_request("GET", "x", "/")).problem, "reset in the head");
}

TEST(BackendScripts, TunnelEchoesAndSaysGoodbye) {
  EchoBackend pod("a", upgrade_echo());
  RawClient client(pod.port());
  EXPECT_EQ(
      client.exchange(make_request("GET", "x", "/", "Connection: upgrade\r\nUpgrade: websocket\r\n")).status,
      101);
  client.send("ping");
  EXPECT_EQ(client.read_exactly(4), "ping");
  client.half_close();
  ReadEnd end = ReadEnd::data;
  EXPECT_EQ(client.read_until_close(end), "bye");
  EXPECT_EQ(end, ReadEnd::closed);
}

TEST(BackendScripts, BigBodyIsThePattern) {
  EchoBackend pod("a", big_body(300000));
  RawClient client(pod.port());
  const HttpResponse response = client.exchange(make_request("GET", "x", "/"));
  PatternChecker checker;
  EXPECT_TRUE(checker.add(response.body));
  EXPECT_EQ(checker.position(), 300000u);
  EXPECT_FALSE(checker.add("\x01"));
}

TEST(PortReservation, GivesPortsThatAreFreeAndNotGivenTwice) {
  const PortReservation pair(2);
  const PortReservation other;
  EXPECT_NE(other.port(), pair.port(0));
  EXPECT_NE(other.port(), pair.port(1));
  EXPECT_THROW(RawClient{pair.port(1)}, std::runtime_error);
}

TEST(ChildProcess, CapturesOutputAndExitCode) {
  ChildProcess child({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
  const auto status = child.wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 3);
  EXPECT_EQ(child.standard_output(), "out\n");
  EXPECT_EQ(child.standard_error(), "err\n");
}

TEST(ChildProcess, ReportsTheSignalThatEndedIt) {
  ChildProcess child({"/bin/cat", "/dev/zero"});
  EXPECT_FALSE(child.wait(std::chrono::milliseconds(0)));
  child.signal(SIGTERM);
  const auto status = child.wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, SIGTERM);
}

TEST(HttpLoad, CountsAnswersByPodAndReportsFaults) {
  EchoBackend pod("a");
  HttpLoad load(pod.port(), 4, make_request("GET", "x", "/"));
  EXPECT_TRUE(eventually([&] { return load.answered() > 100; }));
  pod.set_handler([](BackendExchange& exchange) { exchange.respond(503, ""); });
  const std::size_t before = load.answered();
  EXPECT_TRUE(eventually([&] { return load.answered() > before + 20; }));
  load.stop();
  EXPECT_GT(load.answers_by_pod().at("a"), 100u);
  ASSERT_FALSE(load.faults().empty());
  EXPECT_EQ(load.faults()[0], "answer: HTTP/1.1 503 Test");
}

TEST(ManifestFolder, SwapsAVolumeByOneRename) {
  ManifestFolder folder;
  const auto content = [&] {
    std::ifstream file(folder.path() / "a.yaml");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  folder.swap_volume("a.yaml", "one");
  EXPECT_EQ(content(), "one");
  folder.swap_volume("a.yaml", "two");
  EXPECT_EQ(content(), "two");
}

TEST(Manifests, WritesAnIngressWithEveryPart) {
  IngressSpec spec;
  spec.name = "web";
  spec.class_name = "headgate";
  spec.default_service = "rest";
  spec.rules = {{"a.test", {{"/x", "Exact", "svc", "http"}}}, {"", {{"/", "Prefix", "svc", "80"}}}};
  const std::string text = ingress(spec);
  EXPECT_THAT(text, HasSubstr("  ingressClassName: headgate\n"));
  EXPECT_THAT(text, HasSubstr("  defaultBackend: {service: {name: rest, port: {number: 80}}}\n"));
  EXPECT_THAT(text,
              HasSubstr("  - host: \"a.test\"\n    http:\n      paths:\n      - {path: \"/x\", pathType: "
                        "Exact, backend: {service: {name: svc, port: {name: http}}}}\n"));
  EXPECT_THAT(text, HasSubstr("  - http:\n      paths:\n      - {path: \"/\""));
}

}  // namespace
}  // namespace headgate::test_support
