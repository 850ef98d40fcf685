// enable-ocsp: what the responder says is stapled to handshakes, and a responder that misbehaves harms
// nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/https_pod.h"
#include "support/test_certificates.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class OcspStapling : public HttpsPod {
 protected:
  OcspStapling() {
    issued_ = authority_.issue(
        {.dns_names = {"s.test"},
         .ocsp_responder = "http://127.0.0.1:" + std::to_string(responder_.port()) + "/ocsp"});
  }

  void start_stapling() {
    HeadgateOptions options;
    options.access_log = "/dev/null";
    start({{"enable-ocsp", "true"}}, options,
          tls_ingress("stapled", "s.test", "web", "stapled") +
              tls_secret("stapled", issued_.chain, issued_.key));
  }
  // Answers with `response` as a responder does.
  void answer_with(std::string response) {
    responder_.set_handler([response = std::move(response)](BackendExchange& exchange) {
      exchange.read_body();
      exchange.respond(200, response, "Content-Type: application/ocsp-response\r\n");
    });
  }
  [[nodiscard]] std::string stapled() const {
    TlsOptions options;
    options.server_name = "s.test";
    options.ask_staple = true;
    const TlsClient one = client(options);
    EXPECT_EQ(one.failure(), "");
    return one.staple();
  }

  TestAuthority authority_ = TestAuthority().intermediate();
  EchoBackend responder_{"responder"};
  IssuedCertificate issued_;
};

TEST_F(OcspStapling, WhatTheResponderSaysIsStapled) {
  const std::string good = authority_.ocsp_response(issued_.certificate);
  answer_with(good);
  start_stapling();
  EXPECT_TRUE(eventually([&] { return stapled() == good; }));
  const HttpRequest asked = responder_.last_request();
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.target, "/ocsp");
  EXPECT_EQ(responder_.request_count(), 1u) << "not again before half of its life";
  expect_still_serving();
}

TEST_F(OcspStapling, ARevocationIsNotStapled) {
  answer_with(authority_.ocsp_response(issued_.certificate, true));
  start_stapling();
  EXPECT_TRUE(responder_.wait_for_requests(1));
  EXPECT_EQ(stapled(), "");
  expect_still_serving();
}

TEST_F(OcspStapling, ARedirectIsNotFollowed) {
  responder_.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond(302, "", "Location: /elsewhere\r\n");
  });
  start_stapling();
  EXPECT_TRUE(responder_.wait_for_requests(1));
  expect_still_serving();
  EXPECT_EQ(stapled(), "");
  for (const HttpRequest& request : responder_.requests()) EXPECT_EQ(request.target, "/ocsp");
}

TEST_F(OcspStapling, AResponderThatNeverAnswersDelaysNobody) {
  responder_.set_handler([this](BackendExchange&) { gate.wait(kPatience); });
  start_stapling();
  EXPECT_TRUE(responder_.wait_for_requests(1));
  EXPECT_EQ(stapled(), "");
  expect_still_serving();
  certificate = TestCertificate({{"x.test"}});
  write_certificate();
  EXPECT_TRUE(eventually([&] { return client(tls()).server_fingerprint() == certificate.fingerprint(); }))
      << "the control plane waits for a responder";
  gate.open();
}

TEST_F(OcspStapling, AnEndlessAnswerIsCutOff) {
  responder_.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string more(65536, 'x');
    for (int i = 0; i < 10000 && exchange.send(more); ++i) {
    }
    exchange.close();
  });
  start_stapling();
  EXPECT_TRUE(responder_.wait_for_requests(1));
  EXPECT_TRUE(eventually([&] { return responder_.open_connections() == 0; }));
  EXPECT_EQ(stapled(), "");
  expect_still_serving();
}

}  // namespace
}  // namespace headgate::test_support
