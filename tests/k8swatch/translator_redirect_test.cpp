// Which paths are redirected to HTTPS, from annotations, spec.tls and the ConfigMap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::HasSubstr;

ControllerOptions options() {
  ControllerOptions result = standalone_with_config_map();
  result.translation.https_port = 8443;
  return result;
}

class TranslatorRedirectTest : public ::testing::Test, protected ControllerFixture {
 protected:
  TranslatorRedirectTest() : ControllerFixture(options()) { put(service("web")); }

  static Ingress plain(const std::string& name, const std::string& host, const std::string& at = "/") {
    return ingress(name, {rule(host, {path(at, "web")})});
  }
  static Ingress with_tls(Ingress result) {
    result.tls = {{{}, "cert"}};
    return result;
  }
  static Ingress annotated(Ingress result, const StringPairs& annotations) {
    for (const auto& [name, value] : annotations)
      result.metadata.annotations.emplace_back("nginx.ingress.kubernetes.io/" + name, value);
    return result;
  }
  bool https_only(const std::string& host, const std::string& at = "/") {
    publish();
    return controller().table()->match(host, at).redirects->https_only;
  }
};

TEST_F(TranslatorRedirectTest, AHostWithTlsIsRedirected) {
  put(plain("a", "a.org"));
  EXPECT_FALSE(https_only("a.org"));
  put(with_tls(plain("a", "a.org")));
  EXPECT_TRUE(https_only("a.org"));
  put(plain("a", "a.org"));
  EXPECT_FALSE(https_only("a.org")) << "live";
}

TEST_F(TranslatorRedirectTest, TlsIsOfTheWholeHost) {
  put(with_tls(plain("a", "a.org")));
  put(plain("b", "a.org", "/b"));
  EXPECT_TRUE(https_only("a.org", "/b"));
  put(with_tls(plain("w", "*.c.org")));
  put(plain("x", "x.c.org"));
  EXPECT_TRUE(https_only("x.c.org")) << "the wildcard's certificate answers for it";
}

TEST_F(TranslatorRedirectTest, AnAnnotationDecidesAboutThePathsOfItsIngress) {
  put(with_tls(plain("a", "a.org")));
  put(annotated(plain("b", "a.org", "/b"), {{"ssl-redirect", "false"}}));
  put(annotated(plain("c", "c.org"), {{"force-ssl-redirect", "true"}}));
  put(annotated(plain("d", "d.org"), {{"ssl-redirect", "true"}}));
  EXPECT_TRUE(https_only("a.org", "/"));
  EXPECT_FALSE(https_only("a.org", "/b"));
  EXPECT_TRUE(https_only("c.org"));
  EXPECT_FALSE(https_only("d.org")) << "no TLS";
}

TEST_F(TranslatorRedirectTest, PathsThatNobodyClaimsFollowTheOldestIngress) {
  Ingress old = with_tls(plain("z", "a.org", "/z"));
  old.metadata.creation_time = 1;
  Ingress young = annotated(plain("y", "a.org", "/y"), {{"ssl-redirect", "false"}});
  young.metadata.creation_time = 2;
  put(old);
  put(young);
  EXPECT_TRUE(https_only("a.org", "/other"));
  put(annotated(old, {{"ssl-redirect", "false"}}));
  EXPECT_FALSE(https_only("a.org", "/other"));
  EXPECT_FALSE(https_only("nobody.org"));
}

TEST_F(TranslatorRedirectTest, SomePathsAreNeverRedirected) {
  put(with_tls(plain("a", "a.org")));
  put(annotated(plain("acme", "a.org", "/.well-known/acme-challenge/x"), {{"force-ssl-redirect", "true"}}));
  EXPECT_FALSE(https_only("a.org", "/.well-known/acme-challenge/x"));
  EXPECT_TRUE(https_only("a.org", "/.well-known/acme-challenge/y"))
      << "it is the path of the Ingress that counts";
  put(config_map("settings", {{"no-tls-redirect-locations", " /x, /health ,"}}));
  put(plain("h", "a.org", "/healthz"));
  EXPECT_FALSE(https_only("a.org", "/healthz"));
  EXPECT_TRUE(https_only("a.org", "/.well-known/acme-challenge/x"));
}

TEST_F(TranslatorRedirectTest, TheConfigMapHasTheDefaults) {
  put(config_map("settings", {{"ssl-redirect", "false"},
                              {"use-port-in-redirects", "true"},
                              {"relative-redirects", "true"},
                              {"http-redirect-code", "301"}}));
  put(with_tls(plain("a", "a.org")));
  put(annotated(
      with_tls(plain("b", "b.org")),
      {{"ssl-redirect", "true"}, {"use-port-in-redirects", "false"}, {"preserve-trailing-slash", "1"}}));
  EXPECT_FALSE(https_only("a.org"));
  EXPECT_TRUE(https_only("b.org"));
  const router::RoutingTable& table = *controller().table();
  EXPECT_TRUE(table.match("a.org", "/").redirects->with_port);
  EXPECT_FALSE(table.match("b.org", "/").redirects->with_port);
  EXPECT_TRUE(table.match("a.org", "/").redirects->relative);
  EXPECT_FALSE(table.match("a.org", "/").redirects->preserve_trailing_slash);
  EXPECT_TRUE(table.match("b.org", "/").redirects->preserve_trailing_slash);
  EXPECT_EQ(table.site().https_redirect_code, 301);
  EXPECT_EQ(table.site().https_port, 8443);
  put(config_map("settings", {{"force-ssl-redirect", "true"}, {"http-redirect-code", "303"}}));
  put(plain("c", "c.org"));
  EXPECT_TRUE(https_only("c.org"));
  EXPECT_EQ(controller().table()->site().https_redirect_code, 308);
  EXPECT_THAT(findings(), ::testing::Contains(HasSubstr("'303' is none of 301, 302, 307, 308")));
}

TEST(TranslatorWithoutHttps, RedirectsOnlyWhatIsForced) {
  ControllerOptions without = options();
  without.translation.https_port = 0;
  ControllerFixture fixture(without);
  fixture.put(service("web"));
  Ingress tls = ingress("tls", {rule("a.org", {path("/", "web")})});
  tls.tls = {{{"a.org"}, "cert"}};
  fixture.put(tls);
  Ingress forced = ingress("forced", {rule("b.org", {path("/", "web")})});
  forced.metadata.annotations = {{"nginx.ingress.kubernetes.io/force-ssl-redirect", "true"}};
  fixture.put(forced);
  fixture.publish();
  const router::RoutingTable& table = *fixture.controller().table();
  EXPECT_FALSE(table.match("a.org", "/").redirects->https_only) << "it would lead nowhere";
  EXPECT_TRUE(table.match("b.org", "/").redirects->https_only) << "to the balancer that ends TLS";
}

TEST_F(TranslatorRedirectTest, HstsFollowsTheConfigMap) {
  const auto line = [this] {
    publish();
    return controller().table()->site().hsts_line;
  };
  EXPECT_EQ(line(), "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n");
  put(config_map("settings",
                 {{"hsts-max-age", "60"}, {"hsts-include-subdomains", "false"}, {"hsts-preload", "true"}}));
  EXPECT_EQ(line(), "Strict-Transport-Security: max-age=60; preload\r\n");
  put(config_map("settings", {{"hsts", "false"}}));
  EXPECT_EQ(line(), "");
  put(config_map("settings", {{"hsts-max-age", "a\r\nX: y"}}));
  EXPECT_EQ(line(), "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n");
  remove(Kind::config_map, "settings");
  EXPECT_EQ(line(), "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n");
}

TEST_F(TranslatorRedirectTest, ABadValueIsAFindingAndTheDefault) {
  put(annotated(with_tls(plain("a", "a.org")), {{"ssl-redirect", "no"}}));
  EXPECT_TRUE(https_only("a.org"));
  EXPECT_THAT(findings(), ::testing::Contains(
                              "warning: Ingress default/a: metadata.annotations[nginx.ingress.kubernetes.io/"
                              "ssl-redirect]: 'no' is neither true nor false; the default is used"));
}

}  // namespace
}  // namespace headgate::k8swatch
