#include "router/explain.h"

#include <gtest/gtest.h>

#include "router/drafts.h"

namespace headgate::router {
namespace {

using namespace testing;

std::shared_ptr<const RoutingTable> sample() {
  TableBuilder builder;
  builder.replace(host("a.org", {prefix("/", "root"), prefix("/foo", "foo"), exact("/foo/bar", "bar")}));
  builder.replace(host("*.org", {prefix("/w", "wild")}));
  return builder.build(1);
}

TEST(Explain, NamesWinnerAndCandidates) {
  EXPECT_EQ(
      explain(*sample(), "a.org", "/foo/bar"),
      "host a.org: the exact name\n"
      "  chosen: exact /foo/bar -> forward bar (Ingress default/web) [exactly /foo/bar]: an exact match "
      "beats every prefix\n"
      "  passed over: prefix /foo -> forward foo (Ingress default/web) [/foo/…]\n"
      "  passed over: prefix / -> forward root (Ingress default/web) [/…]\n"
      "answered by: exact /foo/bar -> forward bar (Ingress default/web)\n");
}

TEST(Explain, NamesTheWildcardAndTheDefaultBackend) {
  EXPECT_EQ(explain(*sample(), "b.org", "/x"),
            "host *.org: the wildcard covers 'b.org' with one label, and no exact name does\n"
            "  no path of this host matches '/x'\n"
            "answered by the default backend: built-in 404\n");
}

TEST(Explain, SaysThatNoHostMatches) {
  EXPECT_EQ(explain(*sample(), "b.com", "/x"),
            "host _: no host of the table is 'b.com' or a wildcard that covers it\n"
            "  no path of this host matches '/x'\n"
            "answered by the default backend: built-in 404\n");
}

// Its TLS never meets the rule for clients' certificates.
TEST(Explain, NamesWhatPassesThroughAndNoRuleThatTlsDoesNotMeet) {
  HostDraft draft{"a.org", {prefix("/", "pods"), prefix("/api", "api")}};
  draft.passthrough = draft.routes[0].route.cluster;
  auto rule = std::make_shared<ClientCertificateRule>();
  draft.client_certificate = rule;
  TableBuilder builder;
  builder.replace(VirtualHost::make(draft));
  const auto table = builder.build(1);
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(explain(*table, "a.org", "/x"),
            "host a.org: the exact name\n"
            "  TLS passes through to pods; plain HTTP: as follows\n"
            "  chosen: prefix / -> forward pods (Ingress default/web) [/…]: the longest prefix\n"
            "answered by: prefix / -> forward pods (Ingress default/web)\n"
            "  its pods expect TLS, so plain HTTP is answered with 421\n");
  EXPECT_EQ(explain(*table, "a.org", "/api").find("421"), std::string::npos);

  auto broken = std::make_shared<ClientCertificateRule>();
  broken->policy.broken = true;
  broken->namespace_name = "default";
  broken->ingress = "web";
  draft.client_certificate = broken;
  draft.routes[0].route.redirects.https_only = true;
  TableBuilder again;  // a builder is used up by what it has built
  again.replace(VirtualHost::make(draft));
  const std::string text = explain(*again.build(2), "a.org", "/x");
  EXPECT_NE(text.find("plain HTTP: 403 by auth-tls-* of Ingress default/web"), std::string::npos) << text;
  EXPECT_NE(text.find("so plain HTTP is redirected"), std::string::npos) << text;
}

}  // namespace
}  // namespace headgate::router
