// Auth services and mirrors over https: names, connections, and whatever can go wrong with TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "integration/one_pod.h"
#include "support/dns_server.h"
#include "support/test_certificates.h"
#include "support/tls_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpsServices : public OnePod {
 protected:
  // Of nobody that Headgate knows, for a name that is not asked for.
  TlsPodOptions options_of_service(std::size_t requests = 1000) const {
    const IssuedCertificate issued = authority.issue_for({"somebody.else"});
    TlsPodOptions options;
    options.chain = issued.chain;
    options.key = issued.key;
    options.requests = requests;
    return options;
  }
  void start_annotated(const FieldList& annotations, const FieldList& settings = {}) {
    dns.set("service.example.org", {{"127.0.0.1"}, 300});
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("web.yaml", ingress(spec) + service_of("web", pod) + config_map("headgate", settings));
    HeadgateOptions options;
    options.flags = {"--resolver=" + dns.address(), "--configmap=default/headgate"};
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  static std::string url(std::uint16_t port, const std::string& host = "service.example.org.",
                         const std::string& target = "/check") {
    return "https://" + host + ":" + std::to_string(port) + target;
  }
  [[nodiscard]] int status() const { return headgate->get("x.test", "/page").status; }
  // The name has been looked up, and the service said yes.
  [[nodiscard]] bool wait_until_passed() const { return headgate->wait_for("x.test", "/page", 200); }
  // Nobody has said yes in the end either.
  void expect_closed() {
    EXPECT_EQ(status(), 500);
    EXPECT_EQ(pod.request_count(), 0u) << "the pod sees only what was let through";
  }

  TestAuthority authority;
  DnsServer dns;
};

TEST_F(HttpsServices, AnAuthServiceIsToldItsNameAndConnectionsAreKept) {
  const TlsPod service(options_of_service());
  start_annotated({{"auth-url", url(service.port())}});
  ASSERT_TRUE(wait_until_passed());
  const std::size_t handshakes = service.handshakes().size();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status(), 200);
  EXPECT_EQ(service.handshakes().size(), handshakes);
  EXPECT_EQ(service.last().server_name, "service.example.org") << "without the dot at its end";
  EXPECT_EQ(service.last().protocol, "TLSv1.3");
  EXPECT_EQ(service.last().client_subject, "");
  const std::vector<std::string> heads = service.heads();
  ASSERT_FALSE(heads.empty());
  EXPECT_THAT(heads.back(), StartsWith("GET /check HTTP/1.1\r\nHost: service.example.org.\r\n"));
  EXPECT_THAT(heads.back(), HasSubstr("X-Original-URL: http://x.test/page\r\n"));
}

TEST_F(HttpsServices, SessionsAreResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPodOptions options = options_of_service(1);
    options.most_version = version;
    const TlsPod service(options);
    start_annotated({{"auth-url", url(service.port(), "127.0.0.1")}});
    for (int i = 0; i < 2; ++i) EXPECT_EQ(status(), 200);
    ASSERT_EQ(service.handshakes().size(), 2u);
    EXPECT_FALSE(service.handshakes().front().resumed);
    EXPECT_TRUE(service.last().resumed);
    EXPECT_EQ(service.last().server_name, "") << "RFC 6066 §3: an address is no name";
  }
}

TEST_F(HttpsServices, TheConfigMapMayNameOne) {
  const TlsPod service(options_of_service());
  start_annotated({}, {{"global-auth-url", url(service.port())}});
  ASSERT_TRUE(wait_until_passed());
  EXPECT_EQ(service.last().server_name, "service.example.org");
}

TEST_F(HttpsServices, ConnectionsAreOfOneName) {
  const TlsPod service(options_of_service());
  start_annotated({{"auth-url", url(service.port())},
                   {"mirror-target", url(service.port(), "web.default.svc", "/copy")}});
  dns.set("other.example.org", {{"127.0.0.1"}, 300});
  folder.write("other.yaml", [&] {
    IngressSpec spec;
    spec.name = "other";
    spec.rules = {{"y.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = {{"auth-url", url(service.port(), "other.example.org")}};
    return ingress(spec);
  }());
  ASSERT_TRUE(wait_until_passed());
  ASSERT_TRUE(headgate->wait_for("y.test", "/page", 200));
  std::vector<std::string> names;
  for (const TlsPodHandshake& each : service.handshakes()) names.push_back(each.server_name);
  EXPECT_THAT(names, ::testing::IsSupersetOf({"service.example.org", "other.example.org"}));
}

TEST_F(HttpsServices, APortThatSpeaksNoTlsLetsNobodyIn) {
  EchoBackend plain{"plain"};
  start_annotated({{"auth-url", url(plain.port(), "127.0.0.1")}});
  expect_closed();
  EXPECT_EQ(plain.request_count(), 0u) << "nothing is told in plain text";
}

TEST_F(HttpsServices, AHandshakeThatStallsEndsWithTheTimeOut) {
  const StreamPod silent([](int fd) {
    char byte = 0;
    while (::recv(fd, &byte, 1, 0) > 0) {  // until Headgate has had enough
    }
  });
  start_annotated({{"auth-url", url(silent.port(), "127.0.0.1")},
                   {"proxy-connect-timeout", "1"},
                   {"proxy-next-upstream-tries", "1"}});
  expect_closed();
  EXPECT_EQ(silent.connection_count(), 1u);
}

TEST_F(HttpsServices, AKeptConnectionThatClosedIsNoFailure) {
  const TlsPod service(options_of_service(2));
  start_annotated({{"auth-url", url(service.port(), "127.0.0.1")}});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status(), 200) << i;
  EXPECT_EQ(service.handshakes().size(), 5u);
}

TEST_F(HttpsServices, AServiceThatWantsACertificateLetsNobodyIn) {
  TlsPodOptions options = options_of_service();
  options.client_ca = authority.certificate();
  options.most_version = TLS1_2_VERSION;
  const TlsPod service(options);
  start_annotated({{"auth-url", url(service.port(), "127.0.0.1")}});
  expect_closed();
}

TEST_F(HttpsServices, NothingButAnAddressAtTheNameLetsNobodyIn) {
  const TlsPod service(options_of_service());
  dns.set("inner.example.org", {{"169.254.169.254"}, 300});
  start_annotated({{"auth-url", url(service.port(), "inner.example.org.")}});
  expect_closed();
  EXPECT_TRUE(eventually([&] {
    return headgate->admin("/debug/findings").body.find("inner.example.org") != std::string::npos;
  }));
}

TEST_F(HttpsServices, AMirrorGetsItsCopy) {
  const TlsPod shadow(options_of_service());
  start_annotated({{"mirror-target", url(shadow.port(), "service.example.org", "")}});
  ASSERT_TRUE(eventually([&] { return status() == 200 && !shadow.heads().empty(); }));
  EXPECT_EQ(shadow.last().server_name, "service.example.org");
  EXPECT_THAT(shadow.heads().front(), StartsWith("GET /page HTTP/1.1\r\nHost: service.example.org\r\n"));
}

TEST_F(HttpsServices, WhatIsWrongWithAMirrorDoesNotMatter) {
  EchoBackend plain{"plain"};
  start_annotated({{"mirror-target", url(plain.port(), "127.0.0.1", "")}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status(), 200);
  EXPECT_EQ(plain.request_count(), 0u);
  EXPECT_EQ(pod.request_count(), 5u);
}

}  // namespace
}  // namespace headgate::test_support
