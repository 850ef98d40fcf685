// HTTP/1 over TLS: what is the same as over plain TCP, and what TLS adds to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "integration/https_pod.h"
#include "support/pattern.h"
#include "support/process_stats.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class Https : public HttpsPod {
 protected:
  [[nodiscard]] TlsClient tls_client(const TlsOptions& options = tls()) const {
    TlsClient one = client(options);
    EXPECT_EQ(one.failure(), "");
    return one;
  }
  [[nodiscard]] HttpResponse ask_tls(std::string_view request) const {
    TlsClient one = tls_client();
    return one.exchange(request);
  }
  // Handshakes that ended so.
  [[nodiscard]] double handshakes(const std::string& protocol, const std::string& result) const {
    return metric(headgate->admin("/metrics").body, "headgate_tls_handshakes_total",
                  "protocol=\"" + protocol + "\",result=\"" + result + "\"");
  }
  // What a program that ends by itself has written.
  static std::string output_of(const std::vector<std::string>& command) {
    ChildProcess child(command);
    const auto status = child.wait();
    EXPECT_TRUE(status && status->code == 0) << child.standard_error();
    return child.standard_output();
  }
  [[nodiscard]] std::string https_address() const {
    return "127.0.0.1:" + std::to_string(headgate->https_port());
  }
};

TEST_F(Https, ThePodLearnsThatTheClientCameOverTls) {
  start();
  EXPECT_EQ(ask_tls(make_request("GET", "x.test", "/a?b=c", "X-Forwarded-Proto: http\r\n")).status, 200);
  const HttpRequest seen = pod.last_request();
  EXPECT_EQ(seen.target, "/a?b=c");
  EXPECT_EQ(seen.field("X-Forwarded-Proto"), "https");
  EXPECT_EQ(seen.field("X-Forwarded-Scheme"), "https");
  EXPECT_EQ(seen.field("X-Scheme"), "https");
  EXPECT_EQ(seen.field("X-Forwarded-Port"), "443");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
}

TEST_F(Https, SpeaksBothProtocolsAndShowsTheCertificateOfTheHost) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsOptions options = tls();
    options.least_version = options.most_version = version;
    options.alpn = {"http/1.1"};
    TlsClient one = tls_client(options);
    EXPECT_EQ(one.protocol(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    EXPECT_EQ(one.alpn(), "http/1.1");
    EXPECT_EQ(one.server_fingerprint(), certificate.fingerprint());
    EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
  }
  EXPECT_EQ(handshakes("TLSv1.2", "full"), 1);
  EXPECT_EQ(handshakes("TLSv1.3", "full"), 1);
  EXPECT_EQ(metric(headgate->admin("/metrics").body, "headgate_tls_handshakes_in_progress", ""), 0);
}

TEST_F(Https, AConnectionServesManyRequests) {
  start();
  TlsClient one = tls_client();
  for (int i = 0; i < 100; ++i) {
    const std::string path = "/" + std::to_string(i);
    ASSERT_THAT(one.exchange(make_request("GET", "x.test", path)).body, HasSubstr("target=" + path + "\n"));
  }
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST_F(Https, PipelinedRequestsInOneRecordAreAnsweredInOrder) {
  start();
  TlsClient one = tls_client();
  std::string all;
  for (int i = 0; i < 40; ++i)
    all += make_request("POST", "x.test", "/" + std::to_string(i), "Content-Length: 3\r\n", "abc");
  ASSERT_LT(all.size(), 16384u);
  one.send(all);
  for (int i = 0; i < 40; ++i)
    ASSERT_THAT(one.receive().body, HasSubstr("target=/" + std::to_string(i) + "\n"));
}

TEST_F(Https, AHeadInRecordsOfOneByteIsUnderstood) {
  start();
  TlsClient one = tls_client();
  for (const char c : make_request("GET", "x.test", "/bytewise")) one.send(std::string_view(&c, 1));
  EXPECT_THAT(one.receive().body, HasSubstr("target=/bytewise\n"));
}

TEST_F(Https, ABodyOf50MegabytesComesThroughUnchanged) {
  constexpr std::size_t kSize = 50 << 20;
  PatternChecker seen;
  pod.set_handler([&](BackendExchange& exchange) {
    ReadEnd end = ReadEnd::data;
    while (seen.position() < kSize && end == ReadEnd::data && seen.is_right())
      seen.add(exchange.read_some(end));
    exchange.respond(200, "taken");
    exchange.close();
  });
  start({{"proxy-body-size", "0"}});
  TlsClient one = tls_client();
  one.send(make_request("PUT", "x.test", "/", "Content-Length: " + std::to_string(kSize) + "\r\n"));
  constexpr std::size_t kPiece = 1 << 20;
  for (std::size_t at = 0; at < kSize; at += kPiece) ASSERT_TRUE(one.send(pattern(at, kPiece)));
  EXPECT_EQ(one.receive().body, "taken");
  EXPECT_EQ(seen.position(), kSize);
  EXPECT_TRUE(seen.is_right());
}

TEST_F(Https, AnAnswerOf50MegabytesComesThroughUnchanged) {
  constexpr std::size_t kSize = 50 << 20;
  pod.set_handler(big_body(kSize));
  start();
  TlsClient one = tls_client();
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
  ASSERT_TRUE(response.complete) << response.problem;
  PatternChecker checker;
  EXPECT_TRUE(checker.add(response.body));
  EXPECT_EQ(checker.position(), kSize);
}

TEST_F(Https, ASlowReaderCostsBoundedMemoryAndLosesNothing) {
  constexpr std::size_t kSize = 64 << 20;
  pod.set_handler(big_body(kSize));
  start();
  expect_still_serving();
  const std::size_t before = memory_kib();
  TlsClient one = tls_client();
  one.send(make_request("GET", "x.test", "/"));
  ASSERT_FALSE(one.read_exactly(1).empty());
  // It has stopped to take from the pod once others are served and nothing moves any more.
  expect_still_serving();
  EXPECT_LT(memory_kib(), before + 4096 + sanitizer_kib());
  one.reader().buffer().insert(0, "H");
  const HttpResponse response = one.receive();
  ASSERT_TRUE(response.complete) << response.problem;
  PatternChecker checker;
  EXPECT_TRUE(checker.add(response.body));
  EXPECT_EQ(checker.position(), kSize);
  EXPECT_LT(memory_kib(), before + 4096 + sanitizer_kib());
}

TEST_F(Https, AClientThatSaidItsLastByteStillGetsItsAnswer) {
  pod.set_handler(echo_after(gate));
  start();
  TlsClient fin = tls_client();
  fin.send(make_request("GET", "x.test", "/fin"));
  ASSERT_EQ(::shutdown(fin.fd(), SHUT_WR), 0);
  TlsClient goodbye = tls_client();
  goodbye.send(make_request("GET", "x.test", "/goodbye"));
  SSL_shutdown(goodbye.ssl());  // close_notify and no FIN
  ASSERT_TRUE(pod.wait_for_requests(2));
  gate.open();
  for (TlsClient* one : {&fin, &goodbye}) {
    const HttpResponse response = one->receive();
    EXPECT_EQ(response.status, 200) << response.problem;
    EXPECT_TRUE(one->closed_by_peer(std::chrono::seconds(10))) << "keep-alive would last 75 s";
  }
}

TEST_F(Https, EveryOrderlyEndSaysSo) {
  start({{"keep-alive", "1"}});
  ReadEnd end = ReadEnd::data;
  TlsClient asked = tls_client();
  asked.send(make_request("GET", "x.test", "/", "Connection: close\r\n"));
  EXPECT_THAT(asked.read_until_close(end), HasSubstr("target=/\n"));
  EXPECT_EQ(end, ReadEnd::closed) << "close_notify is missing";
  TlsClient idle = tls_client();
  EXPECT_EQ(idle.exchange(make_request("GET", "x.test", "/")).status, 200);
  idle.read_until_close(end);
  EXPECT_EQ(end, ReadEnd::closed) << "close_notify is missing";
  TlsClient refused = tls_client();
  refused.send("nonsense\r\n\r\n");
  EXPECT_THAT(refused.read_until_close(end), HasSubstr("400 Bad Request"));
  EXPECT_EQ(end, ReadEnd::closed) << "close_notify is missing";
}

TEST_F(Https, ACutAnswerDoesNotLookWhole) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    exchange.reset();
  });
  start();
  TlsClient one = tls_client();
  one.send(make_request("GET", "x.test", "/"));
  ReadEnd end = ReadEnd::data;
  one.read_until_close(end);
  EXPECT_EQ(end, ReadEnd::reset);
}

TEST_F(Https, WebSocketsGoThrough) {
  pod.set_handler(upgrade_echo());
  start();
  TlsClient one = tls_client();
  EXPECT_EQ(one.exchange(make_request(
                             "GET", "x.test", "/ws",
                             "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
                .status,
            101);
  constexpr std::size_t kSize = 4 << 20;
  const std::string all = pattern(0, kSize);
  // Back-pressure both ways: half of it is sent before any of it is read.
  std::size_t sent = 0;
  PatternChecker checker;
  while (checker.position() < kSize) {
    if (sent < kSize) {
      const std::size_t piece = std::min<std::size_t>(128 * 1024, kSize - sent);
      ASSERT_TRUE(one.send(std::string_view(all).substr(sent, piece)));
      sent += piece;
    }
    if (sent - checker.position() > 512 * 1024 || sent == kSize) {
      const std::string piece =
          one.read_exactly(std::min<std::size_t>(64 * 1024, kSize - checker.position()));
      ASSERT_FALSE(piece.empty());
      ASSERT_TRUE(checker.add(piece));
    }
  }
  SSL_shutdown(one.ssl());
  ReadEnd end = ReadEnd::data;
  EXPECT_EQ(one.read_until_close(end), "bye") << "the end of one direction is passed on";
  EXPECT_EQ(end, ReadEnd::closed);
}

TEST_F(Https, CurlIsServed) {
  start();
  const TempDir home;
  std::ofstream(home.path() / "ca.pem") << certificate.pem();
  const std::string port = std::to_string(headgate->https_port());
  EXPECT_THAT(output_of({"/usr/bin/curl", "--silent", "--show-error", "--http1.1", "--resolve",
                         "x.test:" + port + ":127.0.0.1", "--cacert", home.path() / "ca.pem",
                         "https://x.test:" + port + "/with/curl"}),
              HasSubstr("target=/with/curl\n"));
}

TEST_F(Https, OpensslResumesItsSession) {
  start();
  const TempDir home;
  std::ofstream(home.path() / "request") << make_request("GET", "x.test", "/", "Connection: close\r\n");
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    const std::string session = home.path() / ("session" + version);
    const std::string begin = "/usr/bin/openssl s_client -connect " + https_address() +
                              " -servername x.test -ign_eof " + version + " ";
    const std::string end = " < " + (home.path() / "request").string();
    EXPECT_THAT(output_of({"/bin/sh", "-c", begin + "-sess_out " + session + end}), HasSubstr("New, TLSv1."));
    EXPECT_THAT(output_of({"/bin/sh", "-c", begin + "-sess_in " + session + end}),
                HasSubstr("Reused, TLSv1."));
  }
  EXPECT_EQ(handshakes("TLSv1.2", "resumed"), 1);
  EXPECT_EQ(handshakes("TLSv1.3", "resumed"), 1);
}

TEST_F(Https, SigtermSaysGoodbyeToIdleConnectionsAndLetsRunningOnesEnd) {
  pod.set_handler([this](BackendExchange& exchange) {
    if (exchange.request().target == "/running") gate.wait();
    exchange.respond_with_echo();
  });
  start();
  TlsClient idle = tls_client();
  EXPECT_EQ(idle.exchange(make_request("GET", "x.test", "/idle")).status, 200);
  TlsClient running = tls_client();
  running.send(make_request("GET", "x.test", "/running"));
  ASSERT_TRUE(pod.wait_for_requests(2));
  headgate->process().signal(SIGTERM);
  ReadEnd end = ReadEnd::data;
  idle.read_until_close(end);
  EXPECT_EQ(end, ReadEnd::closed) << "without close_notify";
  gate.open();
  const HttpResponse response = running.receive();
  EXPECT_EQ(response.status, 200) << response.problem;
  EXPECT_TRUE(response.lists("Connection", "close"));
  running.read_until_close(end);
  EXPECT_EQ(end, ReadEnd::closed) << "without close_notify";
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_F(Https, PlainHttpOnItsPortIsAnsweredAndLogged) {
  HeadgateOptions options;
  options.access_log.clear();
  start({}, options);
  RawClient one(headgate->https_port());
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/secret"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("The plain HTTP request was sent to HTTPS port"));
  EXPECT_EQ(response.field("Strict-Transport-Security"), std::nullopt) << "RFC 6797 §7.2: never in the clear";
  EXPECT_TRUE(response.lists("Connection", "close"));
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_EQ(pod.request_count(), 0u);
  EXPECT_TRUE(eventually([&] { return rejected("tls_plain_http") == 1; })) << all_rejected();
  EXPECT_TRUE(headgate->process().wait_for_output("\"GET /secret HTTP/1.1\" 400 "));
}

TEST_F(Https, AnOldProtocolIsToldSoAndCounted) {
  start();
  TlsOptions old = tls();
  old.least_version = TLS1_VERSION;
  old.most_version = TLS1_1_VERSION;
  EXPECT_THAT(client(old).failure(), HasSubstr("alert protocol version"));
  EXPECT_TRUE(eventually([&] { return handshakes("none", "unsupported_protocol") == 1; }));
  EXPECT_TRUE(eventually([&] { return rejected("tls_handshake") == 1; })) << all_rejected();
}

TEST_F(Https, TlsOnTheHttpPortIsRefused) {
  start();
  const TlsClient one(headgate->http_port(), tls());
  EXPECT_FALSE(one.is_secure());
  expect_still_serving();
}

TEST_F(Https, SilentConnectionsGiveTheirPlacesToOthers) {
  start();
  expect_still_serving();
  const std::size_t before = memory_kib();
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 1100; ++i) silent.push_back(std::make_unique<RawClient>(headgate->https_port()));
  // More than a Worker bears: the last ones wait in the kernel's queue until the oldest have had their time.
  expect_still_serving();
  EXPECT_GE(handshakes("none", "shed"), 1);
  EXPECT_GE(metric(headgate->admin("/metrics").body, "headgate_tls_accept_pauses_total", ""), 1);
  EXPECT_LT(memory_kib(), before + 4096 + sanitizer_kib()) << "no byte, no session";
}

// Known are the hosts of all rules, as in ingress-nginx.
TEST_F(Https, RejectsHandshakesForNobodysNameWhereToldTo) {
  IngressSpec spec;
  spec.name = "open";
  spec.rules = {{"open.test", {{"/", "Prefix", "web", "80"}}}};
  start({{"ssl-reject-handshake", "true"}}, {}, ingress(spec));
  const auto named = [this](const std::string& name) {
    TlsOptions options;
    options.server_name = name;
    return client(options);
  };
  EXPECT_TRUE(named("x.test").is_secure());
  EXPECT_TRUE(named("open.test").is_secure()) << "by the default certificate: it has rules";
  EXPECT_FALSE(named("nobody.test").is_secure());
  EXPECT_FALSE(named("").is_secure());
  expect_still_serving();
}

}  // namespace
}  // namespace headgate::test_support
