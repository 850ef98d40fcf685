#include "policy/client_certificate.h"

#include <gtest/gtest.h>

namespace headgate::policy {
namespace {

using Demand = ClientCertificateRule::Demand;
using Verdict = ClientCertificateFacts::Verdict;

ClientCertificateFacts over_tls(Verdict verdict, std::string_view subject = {}) {
  ClientCertificateFacts facts;
  facts.over_tls = true;
  facts.verdict = verdict;
  facts.subject_dn = subject;
  return facts;
}

int status(const ClientCertificateRule& rule, const ClientCertificateFacts& facts) {
  const auto reply = rule.refuse(facts);
  return reply ? reply->status : 200;
}

TEST(ClientCertificateRule, DecidesByDemandAndVerdict) {
  struct Row {
    Demand demand;
    int none, good, untrusted, bad;
  };
  for (const Row& row :
       {Row{Demand::required, 400, 200, 400, 400}, Row{Demand::optional, 200, 200, 400, 400},
        Row{Demand::any_issuer, 200, 200, 200, 400}, Row{Demand::nothing, 200, 200, 200, 200}}) {
    ClientCertificateRule rule;
    rule.demand = row.demand;
    EXPECT_EQ(status(rule, over_tls(Verdict::none)), row.none);
    EXPECT_EQ(status(rule, over_tls(Verdict::good)), row.good);
    EXPECT_EQ(status(rule, over_tls(Verdict::untrusted)), row.untrusted);
    EXPECT_EQ(status(rule, over_tls(Verdict::bad)), row.bad);
    EXPECT_EQ(status(rule, {}), 200) << "plain HTTP is not affected";
  }
}

TEST(ClientCertificateRule, SaysWhatIsWrongAsNginxDoes) {
  const ClientCertificateRule rule;
  EXPECT_EQ(http::content_of(*rule.refuse(over_tls(Verdict::none))),
            "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body>\r\n"
            "<center><h1>400 Bad Request</h1></center>\r\n<center>No required SSL certificate was "
            "sent</center>\r\n</body>\r\n</html>\r\n");
  EXPECT_NE(http::content_of(*rule.refuse(over_tls(Verdict::bad)))
                .find("<title>400 The SSL certificate error</title>"),
            std::string::npos);
}

TEST(ClientCertificateRule, RedirectsToItsErrorPage) {
  ClientCertificateRule rule;
  rule.error_page = "https://a.org/no";
  for (const Verdict verdict : {Verdict::none, Verdict::bad}) {
    const auto reply = rule.refuse(over_tls(verdict));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 302);
    EXPECT_EQ(reply->location, "https://a.org/no");
  }
}

TEST(ClientCertificateRule, TheSubjectMustMatchOverPlainHttpAsWell) {
  ClientCertificateRule rule;
  rule.subject = *SubjectPattern::compile("CN=client");
  EXPECT_EQ(status(rule, over_tls(Verdict::good, "CN=client,O=x")), 200);
  const auto reply = rule.refuse(over_tls(Verdict::good, "CN=other"));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 403);
  EXPECT_EQ(http::content_of(*reply), "client certificate unauthorized");
  EXPECT_EQ(status(rule, over_tls(Verdict::none)), 400) << "the missing certificate comes first";
  EXPECT_EQ(status(rule, {}), 403);
}

TEST(ClientCertificateRule, ABrokenRuleLetsNobodyIn) {
  ClientCertificateRule rule;
  rule.broken = true;
  rule.demand = Demand::nothing;
  EXPECT_EQ(status(rule, over_tls(Verdict::good)), 403);
  EXPECT_EQ(status(rule, {}), 403);
}

TEST(ClientCertificateRule, TellsThePodsWhoTheClientIs) {
  ClientCertificateRule rule;
  ClientCertificateFacts facts = over_tls(Verdict::good, "CN=a b,O=x");
  facts.verify_text = "SUCCESS";
  facts.issuer_dn = "CN=ca";
  facts.pem = "-----BEGIN X-----\nA+/=\n";
  std::string fields;
  rule.append_upstream_fields(facts, fields);
  EXPECT_EQ(fields,
            "ssl-client-verify: SUCCESS\r\nssl-client-subject-dn: CN=a b,O=x\r\nssl-client-issuer-dn: "
            "CN=ca\r\n");
  rule.pass_certificate = true;
  fields.clear();
  rule.append_upstream_fields(facts, fields);
  EXPECT_TRUE(fields.starts_with("ssl-client-cert: -----BEGIN%20X-----%0AA%2B%2F%3D%0A\r\nssl-client-verify"))
      << fields;
  fields.clear();
  rule.append_upstream_fields({}, fields);
  EXPECT_EQ(fields, "");
}

TEST(ClientCertificateRule, NoNameEndsALine) {
  const ClientCertificateRule rule;
  ClientCertificateFacts facts = over_tls(Verdict::bad, "CN=a\r\nX-Admin: 1\x7f");
  facts.verify_text = "FAILED:no\n";
  std::string fields;
  rule.append_upstream_fields(facts, fields);
  EXPECT_EQ(fields,
            "ssl-client-verify: FAILED:no\\0A\r\nssl-client-subject-dn: CN=a\\0D\\0AX-Admin: 1\\7F\r\n");
}

}  // namespace
}  // namespace headgate::policy
