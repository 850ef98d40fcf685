// ssl-passthrough: whose TLS connections go to a pod unopened, byte for byte, and what happens when one of
// the two does not behave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "integration/https_pod.h"
#include "support/black_hole.h"
#include "support/client_hello.h"
#include "support/pattern.h"
#include "support/stream_pod.h"
#include "support/tls_by_hand.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Passthrough : public HttpsPod {
 protected:
  // Host pass.test is passed through to `pods`; x.test is terminated here as ever.
  void begin(const std::vector<std::uint16_t>& pods, const FieldList& settings = {}) {
    HeadgateOptions options;
    options.access_log = log_path();
    options.flags = {"--enable-ssl-passthrough"};
    start(settings, options, passthrough_ingress() + service_of_ports(pods));
  }
  static std::string passthrough_ingress(const std::string& host = "pass.test") {
    IngressSpec spec;
    spec.name = "pass";
    spec.rules = {{host, {{"/", "Prefix", "pass", "80"}}}};
    spec.annotations = {{"ssl-passthrough", "true"}};
    return ingress(spec);
  }
  static std::string service_of_ports(const std::vector<std::uint16_t>& ports) {
    std::vector<PodAddress> addresses;
    for (const std::uint16_t port : ports) addresses.push_back({"127.0.0.1", port, "{ready: true}"});
    return service_at("pass", addresses);
  }
  static TlsOptions named(const std::string& name) {
    TlsOptions options;
    options.server_name = name;
    return options;
  }
  [[nodiscard]] std::string log_path() const { return (folder.path().parent_path() / "access.log").string(); }
  [[nodiscard]] std::string log_text() const {
    std::ifstream file(log_path());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // The one line of a relay, once it is there.
  [[nodiscard]] std::string relay_line() const {
    std::string line;
    const auto there = [&] {
      const std::string text = log_text();
      const std::size_t at = text.find("] TCP ");
      if (at == std::string::npos || text.find('\n', at) == std::string::npos) return false;
      const std::size_t begin = text.rfind('\n', at) + 1;  // npos + 1: the first line
      line = text.substr(begin, text.find('\n', at) - begin);
      return true;
    };
    EXPECT_TRUE(eventually(there)) << log_text();
    return line;
  }
  [[nodiscard]] double counted(std::string_view name, std::string_view label = "") const {
    return metric(headgate->admin("/metrics").body, name, label);
  }
  [[nodiscard]] RawClient raw() const { return RawClient(headgate->https_port()); }
  static std::string hello_for(const std::string& name) {
    return record(hello_message({.extensions = server_name_extension(name)}));
  }
  // A connection to the pod that echoes raw bytes, its hello already echoed.
  RawClient relayed() const {
    RawClient client = raw();
    const std::string hello = hello_for("pass.test");
    EXPECT_TRUE(client.send(hello));
    EXPECT_EQ(client.read_exactly(hello.size()), hello);
    return client;
  }

  TestCertificate pod_certificate_{{{"pass.test"}}};
};

TEST_F(Passthrough, TheNameDecidesWhoOpensTheConnection) {
  StreamPod pod_tls(echo_tls(pod_certificate_));
  begin({pod_tls.port()});
  TlsClient passed = client(named("Pass.Test"));
  ASSERT_TRUE(passed.is_secure()) << passed.failure();
  EXPECT_EQ(passed.server_fingerprint(), pod_certificate_.fingerprint());
  ASSERT_TRUE(passed.send("no HTTP at all"));
  EXPECT_EQ(passed.read_exactly(14), "no HTTP at all");
  expect_still_serving();
  TlsClient nameless = client(TlsOptions());
  EXPECT_NE(nameless.server_fingerprint(), pod_certificate_.fingerprint());
  TlsClient other = client(named("other.pass.test"));
  EXPECT_NE(other.server_fingerprint(), pod_certificate_.fingerprint());
  EXPECT_EQ(pod_tls.connection_count(), 1U);
}

TEST_F(Passthrough, LinesAreAsTheSettingsSay) {
  StreamPod echo(echo_bytes);
  begin({echo.port()},
        {{"log-format-stream", "[$remote_addr] TCP $status $upstream_addr $proxy_upstream_name"}});
  relayed();
  EXPECT_EQ(relay_line(),
            "[127.0.0.1] TCP 200 127.0.0.1:" + std::to_string(echo.port()) + " default-pass-80");
}

TEST_F(Passthrough, AWildcardReachesNoHostWithRulesOfItsOwn) {
  StreamPod pod_tls(echo_tls(pod_certificate_));
  HeadgateOptions options;
  options.flags = {"--enable-ssl-passthrough"};
  start({}, options, passthrough_ingress("*.test") + service_of_ports({pod_tls.port()}));
  TlsClient passed = client(named("any.test"));
  EXPECT_EQ(passed.server_fingerprint(), pod_certificate_.fingerprint());
  expect_still_serving();  // x.test
}

// The pods expect TLS: a request that reaches Headgate in the clear or over TLS that ends here is not for
// them.
TEST_F(Passthrough, NoRequestReachesThePodsInTheClear) {
  StreamPod pod_tls(echo_tls(pod_certificate_));
  begin({pod_tls.port()});
  for (const std::string alpn : {"http/1.1", "h2"}) {
    TlsClient one = client(tls({alpn}));  // for x.test
    ASSERT_TRUE(one.is_secure()) << one.failure();
    const int status = alpn == "h2" ? H2Client(one).get("pass.test", "/").status
                                    : one.exchange(make_request("GET", "pass.test", "/")).status;
    EXPECT_EQ(status, 421) << alpn;
  }
  TlsClient nameless = client(TlsOptions());
  EXPECT_EQ(nameless.exchange(make_request("GET", "pass.test", "/")).status, 421);
  RawClient plain(headgate->http_port());
  const HttpResponse redirect = plain.exchange(make_request("GET", "pass.test", "/a?b"));
  EXPECT_EQ(redirect.status, 308);
  EXPECT_EQ(redirect.field("location"), "https://pass.test/a?b");

  IngressSpec spec;
  spec.name = "pass";
  spec.rules = {{"pass.test", {{"/", "Prefix", "pass", "80"}, {"/plain", "Prefix", "web", "80"}}}};
  spec.annotations = {{"ssl-passthrough", "true"}, {"ssl-redirect", "false"}};
  folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                               config_map("headgate", {}) + ingress(spec) +
                               service_of_ports({pod_tls.port()}));
  const auto status_of = [this](const std::string& path) {
    return RawClient(headgate->http_port()).exchange(make_request("GET", "pass.test", path)).status;
  };
  EXPECT_TRUE(eventually([&] { return status_of("/") == 421; })) << status_of("/");
  EXPECT_EQ(status_of("/plain"), 200) << "of other pods, which get plain HTTP";
  EXPECT_EQ(pod_tls.connection_count(), 0U);
  EXPECT_GE(rejected("misdirected"), 4.0) << all_rejected();
}

TEST_F(Passthrough, WithoutTheFlagTheAnnotationHasNoEffectAndThatIsTold) {
  StreamPod pod_tls(echo_tls(pod_certificate_));
  start({}, {}, passthrough_ingress() + service_of_ports({pod_tls.port()}));
  TlsClient one = client(named("pass.test"));
  ASSERT_TRUE(one.is_secure()) << one.failure();
  EXPECT_NE(one.server_fingerprint(), pod_certificate_.fingerprint());
  EXPECT_THAT(headgate->admin("/debug/findings").body,
              HasSubstr("has no effect without --enable-ssl-passthrough"));
}

TEST_F(Passthrough, EveryByteArrivesWhateverTheCutOfTheHello) {
  StreamPod echo(echo_bytes);
  begin({echo.port()});
  const std::string message = large_hello_message("pass.test");
  for (const std::size_t size : {std::size_t{1}, std::size_t{700}, std::size_t{16384}}) {
    const std::string hello = in_records(message, size);
    RawClient one = raw();
    ASSERT_TRUE(one.send(hello + "and more behind it"));
    EXPECT_EQ(one.read_exactly(hello.size() + 18), hello + "and more behind it") << size;
  }
  RawClient slow = raw();
  const std::string hello = hello_for("pass.test");
  for (const char byte : hello) ASSERT_TRUE(slow.send({&byte, 1}));
  EXPECT_EQ(slow.read_exactly(hello.size()), hello);
}

TEST_F(Passthrough, HellosOfOtherHostsAreTakenInAnyPiecesToo) {
  StreamPod echo(echo_bytes);
  begin({echo.port()});
  TlsByHand records("x.test");
  RawClient one = raw();
  ASSERT_TRUE(one.send(cut_record(records.hello(), 1)));
  EXPECT_TRUE(records.finish(one, Deadline(kPatience)));
  TlsByHand segments("x.test");
  RawClient two = raw();
  for (const char byte : segments.hello()) ASSERT_TRUE(two.send({&byte, 1}));
  EXPECT_TRUE(segments.finish(two, Deadline(kPatience)));
  two.send(segments.sealed(make_request("GET", "x.test", "/")));
  EXPECT_THAT(segments.opened(two, Deadline(kPatience)), HasSubstr("HTTP/1.1 200 "));
  EXPECT_EQ(echo.connection_count(), 0U);
}

TEST_F(Passthrough, GarbageIsAnsweredAsWithoutPassthrough) {
  StreamPod echo(echo_bytes);
  begin({echo.port()});
  for (const std::string& garbage :
       {std::string("\x16\x03\x01\x00\x05garbage"), std::string(20000, '\x16'),
        in_records(hello_message(), 3) + "x",
        "\x16\x03\x01\x02" + std::string(1, '\0') + std::string("\x01\xff\xff\xff") + std::string(508, 'x'),
        std::string(300, '\0')}) {
    RawClient one = raw();
    one.send(garbage);
    one.half_close();
    ReadEnd end = ReadEnd::data;
    one.read_until_close(end);
    EXPECT_NE(end, ReadEnd::timed_out);
  }
  EXPECT_EQ(raw().exchange("GET / HTTP/1.1\r\nHost: x.test\r\n\r\n").status, 400);
  EXPECT_EQ(echo.connection_count(), 0U);
  expect_still_serving();
}

TEST_F(Passthrough, AHelloNeverFinishedIsCutOff) {
  StreamPod echo(echo_bytes);
  begin({echo.port()}, {{"client-header-timeout", "1"}});
  RawClient one = raw();
  const std::string hello = hello_for("pass.test");
  ASSERT_TRUE(one.send(hello.substr(0, hello.size() - 1)));
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_EQ(echo.connection_count(), 0U);
}

TEST_F(Passthrough, LargeTransfersGoBothWaysAtOnce) {
  StreamPod echo(echo_bytes);
  begin({echo.port()});
  RawClient one = relayed();
  const std::string data = pattern(0, 8 << 20);
  std::thread sender([&] {
    EXPECT_TRUE(one.send(data));
    one.half_close();
  });
  ReadEnd end = ReadEnd::data;
  const std::string back = one.read_until_close(end);
  sender.join();
  EXPECT_TRUE(back == data) << back.size();
  EXPECT_EQ(end, ReadEnd::closed);
}

TEST_F(Passthrough, ASlowReaderCostsNoMemory) {
  StreamPod source([](int fd) {
    char byte = 0;
    const std::string block(65536, 'x');
    if (::recv(fd, &byte, 1, 0) != 1) return;
    for (int i = 0; i < 2048; ++i)  // 128 MiB
      if (::send(fd, block.data(), block.size(), MSG_NOSIGNAL) <= 0) return;
  });
  begin({source.port()});
  expect_still_serving();
  const std::size_t before = memory_kib();
  std::vector<RawClient> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back(headgate->https_port(), ClientOptions{"127.0.0.1", 4096});
    ASSERT_TRUE(readers.back().send(hello_for("pass.test")));
  }
  for (RawClient& one : readers) EXPECT_EQ(one.read_exactly(100000).size(), 100000U);
  expect_still_serving();
  EXPECT_LT(memory_kib(), before + 8 * 256 + sanitizer_kib());
}

TEST_F(Passthrough, TheEndOfOneSideReachesTheOther) {
  StreamPod counting([](int fd) {  // answers once it has everything
    char buffer[4096];
    std::size_t total = 0;
    for (ssize_t size = 0; (size = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      total += static_cast<std::size_t>(size);
    const std::string text = std::to_string(total);
    ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  });
  begin({counting.port()});
  RawClient one = raw();
  const std::string hello = hello_for("pass.test");
  ASSERT_TRUE(one.send(hello + std::string(1000, 'x')));
  one.half_close();
  ReadEnd end = ReadEnd::data;
  EXPECT_EQ(one.read_until_close(end), std::to_string(hello.size() + 1000));
  EXPECT_EQ(end, ReadEnd::closed);
  RawClient leaver = raw();
  ASSERT_TRUE(leaver.send(hello));
  ASSERT_TRUE(counting.wait_until_open(1));
  leaver.reset();
  EXPECT_TRUE(counting.wait_until_open(0));
}

TEST_F(Passthrough, ConnectionsGoRoundTheEndpoints) {
  StreamPod one(echo_bytes);
  StreamPod two(echo_bytes);
  begin({one.port(), two.port()});
  for (int i = 0; i < 6; ++i) relayed();
  EXPECT_EQ(one.connection_count(), 3U);
  EXPECT_EQ(two.connection_count(), 3U);
}

TEST_F(Passthrough, AnEndpointThatRefusesIsPassedOver) {
  StreamPod alive(echo_bytes);
  PortReservation nobody;
  begin({nobody.port(), alive.port()});
  for (int i = 0; i < 4; ++i) relayed();
  EXPECT_EQ(alive.connection_count(), 4U);
}

TEST_F(Passthrough, AnEndpointThatDoesNotAnswerIsPassedOver) {
  StreamPod alive(echo_bytes);
  BlackHole nobody;
  begin({nobody.port(), alive.port()}, {{"proxy-connect-timeout", "1"}});
  for (int i = 0; i < 2; ++i) relayed();
  EXPECT_EQ(alive.connection_count(), 2U);
}

TEST_F(Passthrough, WithoutAnEndpointTheConnectionIsClosedAndCounted) {
  PortReservation nobody;
  begin({nobody.port()});
  RawClient one = raw();
  one.send(hello_for("pass.test"));
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_THAT(relay_line(), HasSubstr("] TCP 502 0 "));
  EXPECT_TRUE(eventually([&] { return rejected("upstream_connect") >= 1; }));
  folder.write("pods.yaml", "");
  folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                               config_map("headgate", {}) + passthrough_ingress() + service_of_ports({}));
  EXPECT_TRUE(eventually([&] {
    RawClient again = raw();
    again.send(hello_for("pass.test"));
    return again.closed_by_peer() && rejected("no_endpoint") > 0;
  }));
}

TEST_F(Passthrough, ChangesOfEndpointsAndHostsAreFollowedLive) {
  StreamPod one(echo_bytes);
  StreamPod two(echo_bytes);
  begin({one.port()});
  RawClient old = relayed();
  const auto rewrite = [&](const std::string& more) {
    folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                                 config_map("headgate", {}) + more);
  };
  rewrite(passthrough_ingress() + service_of_ports({two.port()}));
  EXPECT_TRUE(eventually([&] {
    relayed();
    return two.connection_count() > 0;
  }));
  ASSERT_TRUE(old.send("still there"));
  EXPECT_EQ(old.read_exactly(11), "still there");
  rewrite("");
  EXPECT_TRUE(eventually([&] {
    TlsClient now = client(named("pass.test"));
    return now.is_secure() && !now.server_fingerprint().empty();
  }));
  ASSERT_TRUE(old.send("even now"));
  EXPECT_EQ(old.read_exactly(8), "even now");
}

TEST_F(Passthrough, SilenceEndsTheRelay) {
  StreamPod echo(echo_bytes);
  begin({echo.port()}, {{"proxy-stream-timeout", "1"}});
  RawClient one = relayed();
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_TRUE(echo.wait_until_open(0));
}

TEST_F(Passthrough, ARelayIsLoggedAndCountedOnce) {
  StreamPod echo(echo_bytes);
  begin({echo.port()});
  const std::string hello = hello_for("pass.test");
  {
    RawClient one = relayed();
    EXPECT_EQ(counted("headgate_passthrough_connections"), 1);
    one.half_close();
    EXPECT_TRUE(one.closed_by_peer());
  }
  const std::string size = std::to_string(hello.size());
  EXPECT_THAT(relay_line(), MatchesRegex("\\[127\\.0\\.0\\.1\\] \\[.*\\] TCP 200 " + size + " " + size +
                                         " [0-9]+\\.[0-9][0-9][0-9]"));
  EXPECT_TRUE(eventually([&] { return counted("headgate_passthrough_connections") == 0; }));
  EXPECT_EQ(counted("headgate_passthrough_connections_total"), 1);
  EXPECT_EQ(counted("headgate_passthrough_bytes_total", "sent"), static_cast<double>(hello.size()));
  EXPECT_EQ(counted("headgate_passthrough_bytes_total", "received"), static_cast<double>(hello.size()));
}

TEST_F(Passthrough, DrainingLetsARelayEnd) {
  StreamPod echo(echo_bytes);
  begin({echo.port()});
  RawClient one = relayed();
  headgate->process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return headgate->admin("/readyz").status == 503; }));
  ASSERT_TRUE(one.send("not in a hurry"));
  EXPECT_EQ(one.read_exactly(14), "not in a hurry");
  EXPECT_TRUE(headgate->is_running());
  one.close();
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

}  // namespace
}  // namespace headgate::test_support
