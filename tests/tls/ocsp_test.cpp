// OCSP: the question, and what is taken for an answer.
#include "tls/ocsp.h"

#include <openssl/ocsp.h>

#include <ctime>

#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

using ::testing::HasSubstr;

class OcspTest : public TlsTest {
 protected:
  void SetUp() override {
    CertificateRequest request;
    request.dns_names = {"a.test"};
    request.ocsp_responder = "http://ocsp.test/r1";
    issued = authority.issue(request);
    certificate = load(issued);
  }
  std::string refusal(const std::string& response) const {
    const auto staple = read_ocsp_response(*certificate, response, std::time(nullptr));
    return staple ? std::string() : staple.error().message;
  }

  IssuedCertificate issued;
  std::shared_ptr<const Certificate> certificate;
};

TEST_F(OcspTest, AsksTheResponderThatTheCertificateNames) {
  const auto request = make_ocsp_request(*certificate);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, "http://ocsp.test/r1");
  const auto* at = reinterpret_cast<const unsigned char*>(request->body.data());
  const std::unique_ptr<OCSP_REQUEST, decltype(&OCSP_REQUEST_free)> parsed(
      d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(request->body.size())), OCSP_REQUEST_free);
  ASSERT_NE(parsed, nullptr);
  EXPECT_EQ(OCSP_request_onereq_count(parsed.get()), 1);
}

TEST_F(OcspTest, SaysWhyItCannotAsk) {
  EXPECT_EQ(make_ocsp_request(*load(authority.issue_for({"a.test"}))).error().message,
            "the certificate names no OCSP responder");
  const auto alone = Certificate::from_pem(issued.certificate, issued.key);
  EXPECT_EQ(make_ocsp_request(**alone).error().message, "the issuer of the certificate is not in its chain");
}

TEST_F(OcspTest, TakesAGoodAnswer) {
  const std::string response = authority.ocsp_response(issued.certificate);
  const std::int64_t now = std::time(nullptr);
  const auto staple = read_ocsp_response(*certificate, response, now);
  ASSERT_TRUE(staple) << staple.error().message;
  EXPECT_EQ((*staple)->response, response);
  EXPECT_NEAR(static_cast<double>((*staple)->next_update), static_cast<double>(now + 24 * 3600), 5);
  EXPECT_NEAR(static_cast<double>((*staple)->this_update), static_cast<double>(now - 60), 5);
  EXPECT_FALSE(read_ocsp_response(*certificate, response, now + 25 * 3600)) << "out of date by then";
}

TEST_F(OcspTest, RefusesWhatSaysNothingGood) {
  EXPECT_EQ(refusal(""), "what came is not an OCSP response");
  EXPECT_EQ(refusal("<html>"), "what came is not an OCSP response");
  EXPECT_EQ(refusal(std::string("\x30\x03\x0a\x01\x06", 5)), "the OCSP responder says unauthorized");
  EXPECT_EQ(refusal(std::string(20000, 'x')), "the OCSP response has more than 16384 bytes");
  EXPECT_EQ(refusal(authority.ocsp_response(issued.certificate, true)),
            "the OCSP responder says the certificate is revoked");
  EXPECT_EQ(refusal(authority.ocsp_response(issued.certificate, false, std::chrono::hours(-48),
                                            std::chrono::hours(-24))),
            "the OCSP response is out of date");
  EXPECT_EQ(refusal(authority.ocsp_response(issued.certificate, false, std::chrono::hours(1),
                                            std::chrono::hours(24))),
            "the OCSP response is of the future");
  EXPECT_EQ(refusal(authority.ocsp_response(authority.issue_for({"a.test"}).certificate)),
            "the OCSP response is about another certificate");
}

TEST_F(OcspTest, RefusesAnAnswerOfSomebodyElse) {
  const TestAuthority impostor("Server Intermediate");
  EXPECT_THAT(refusal(impostor.ocsp_response(issued.certificate)),
              HasSubstr("not signed in the issuer's name"));
  std::string damaged = authority.ocsp_response(issued.certificate);
  damaged[damaged.size() / 3] = static_cast<char>(damaged[damaged.size() / 3] ^ 1);
  EXPECT_NE(refusal(damaged), "");
}

}  // namespace
}  // namespace headgate::tls
