// The annotations about paths, names and redirects, as clients and pods see them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "integration/https_pod.h"

namespace headgate::test_support {
namespace {

class Routing : public HttpsPod {
 protected:
  static std::string annotated(const std::string& host, const std::vector<PathRule>& paths,
                               const FieldList& annotations, const std::string& name = "other") {
    IngressSpec spec;
    spec.name = name;
    spec.rules = {{host, paths}};
    spec.annotations = annotations;
    return ingress(spec);
  }
  static PathRule pattern(const std::string& path) { return {path, "ImplementationSpecific", "web", "80"}; }
  static PathRule prefix(const std::string& path) { return {path, "Prefix", "web", "80"}; }

  [[nodiscard]] HttpResponse ask(std::string_view host, std::string_view path,
                                 std::string_view fields = "") const {
    RawClient one(headgate->http_port());
    return one.exchange(make_request("GET", host, path, fields));
  }
  // The target that the pod was asked for; the status where no pod was.
  [[nodiscard]] std::string at_pod(std::string_view host, std::string_view path,
                                   std::string_view fields = "") const {
    const HttpResponse response = ask(host, path, fields);
    const std::size_t at = response.body.find("target=");
    if (at == std::string::npos) return std::to_string(response.status);
    return response.body.substr(at + 7, response.body.find('\n', at) - at - 7);
  }
  [[nodiscard]] std::string answer(std::string_view host, std::string_view path,
                                   std::string_view fields = "") const {
    const HttpResponse response = ask(host, path, fields);
    return std::to_string(response.status) + " " + std::string(response.field("Location").value_or("-"));
  }
  [[nodiscard]] bool found(std::string_view text) const {
    return headgate->admin("/debug/findings").body.find(text) != std::string::npos;
  }
};

struct RewriteCase {
  std::string path;
  FieldList annotations;
  std::string request;
  std::string at_pod;
};

TEST_F(Routing, PathsAreRewritten) {
  const std::vector<RewriteCase> cases = {
      {"/a(/|$)(.*)", {{"rewrite-target", "/$2"}}, "/a/x/y?q=1", "/x/y?q=1"},
      {"/b(/|$)(.*)", {{"rewrite-target", "/$2"}}, "/B", "/"},
      {"/c", {{"rewrite-target", "/"}}, "/c/all/of/it?q", "/?q"},
      {"/d", {{"rewrite-target", "/d"}}, "/d/x%20y", "/d/x%20y"},
      {"/e/(.*)", {{"rewrite-target", "/$1"}}, "/e/x%20y%3f", "/x%20y%3F"},
      {"/f/(.*)", {{"rewrite-target", "/files/$1"}}, "/f/../../x", "400"},
      {"/g(.*)", {{"rewrite-target", "/files/$1"}}, "/g../secret", "400"},
      {"/h/[0-9]{2}$", {{"use-regex", "true"}}, "/h/42", "/h/42"},
      {"/i/[0-9]{2}$", {{"use-regex", "true"}}, "/i/423", "404"},
      {"/j/(?!private)", {{"use-regex", "true"}}, "/j/private", "404"},
      {"/k/(?!private)", {{"use-regex", "true"}}, "/k/public", "/k/public"},
      {"/l", {{"use-regex", "false"}}, "/lx", "404"},
      {"/m(.*)", {{"rewrite-target", "/a b"}}, "/m(.*)", "/m(.*)"},
  };
  std::string documents;
  for (std::size_t i = 0; i < cases.size(); ++i)
    documents += annotated("h" + std::to_string(i) + ".test", {pattern(cases[i].path)}, cases[i].annotations,
                           "case" + std::to_string(i));
  start({}, {}, documents);
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_EQ(at_pod("h" + std::to_string(i) + ".test", cases[i].request), cases[i].at_pod)
        << cases[i].path << " " << cases[i].request;
}

TEST_F(Routing, OneIngressMakesAllPathsOfAHostExpressions) {
  start({}, {},
        annotated("y.test", {prefix("/foo"), {"/exact", "Exact", "web", "80"}}, {}, "neighbour") +
            annotated("y.test", {pattern("/n/[a-z]+/x")}, {{"use-regex", "true"}}, "asks"));
  EXPECT_EQ(at_pod("y.test", "/FOObar"), "/FOObar");
  EXPECT_EQ(at_pod("y.test", "/exactly"), "/exactly");
  EXPECT_EQ(at_pod("y.test", "/n/abc/x/y"), "/n/abc/x/y");
  EXPECT_EQ(at_pod("y.test", "/n/1/x"), "404");
}

TEST_F(Routing, XForwardedPrefixComesWithTheRewriteAlone) {
  start({}, {},
        annotated("y.test", {pattern("/p/(.*)")}, {{"rewrite-target", "/$1"}, {"x-forwarded-prefix", "/p"}}) +
            annotated("z.test", {prefix("/")}, {{"x-forwarded-prefix", "/p"}}, "without"));
  const std::string with = ask("y.test", "/p/x", "X-Forwarded-Prefix: /evil\r\n").body;
  EXPECT_NE(with.find("X-Forwarded-Prefix=/p"), std::string::npos) << with;
  EXPECT_EQ(with.find("/evil"), std::string::npos) << with;
  EXPECT_EQ(ask("z.test", "/p/x").body.find("X-Forwarded-Prefix"), std::string::npos);
  EXPECT_TRUE(found("has no effect without rewrite-target"));
}

TEST_F(Routing, AnEvilPatternHoldsUpNobody) {
  start({}, {},
        annotated("y.test", {pattern("/(?=a)(a+)+$"), prefix("/")}, {{"use-regex", "true"}}) +
            annotated("z.test", {pattern("/" + std::string(100000, 'a') + "(b)"), prefix("/ok")},
                      {{"use-regex", "true"}}, "long"));
  EXPECT_EQ(at_pod("y.test", "/aaa"), "/aaa");
  EXPECT_EQ(at_pod("y.test", "/" + std::string(4000, 'a') + "!"), "404") << "neither yes nor no";
  EXPECT_EQ(at_pod("y.test", "/b"), "/b");
  EXPECT_EQ(at_pod("z.test", "/ok"), "/ok");
  EXPECT_TRUE(found("matched in bounded steps"));
  EXPECT_TRUE(found("too long for a regular expression"));
  expect_still_serving();
}

struct RedirectCase {
  FieldList annotations;
  std::string path;
  std::string answer;
};

TEST_F(Routing, RedirectsAnswerBeforeEverythingElse) {
  const std::vector<RedirectCase> cases = {
      {{{"permanent-redirect", "https://new.test/x?y=1"}}, "/a", "301 https://new.test/x?y=1"},
      {{{"permanent-redirect", "https://new.test"}, {"permanent-redirect-code", "308"}},
       "/",
       "308 https://new.test"},
      {{{"permanent-redirect", "https://new.test"}, {"permanent-redirect-code", "404"}},
       "/",
       "301 https://new.test"},
      {{{"permanent-redirect", "/there"}}, "/", "301 http://h3.test/there"},
      {{{"permanent-redirect", "/there"}, {"relative-redirects", "true"}}, "/", "301 /there"},
      {{{"permanent-redirect", "ftp://new.test"}}, "/", "200 -"},
      {{{"temporal-redirect", "https://now.test"}, {"permanent-redirect", "https://new.test"}},
       "/",
       "302 https://now.test"},
      {{{"temporal-redirect", "https://now.test"}, {"temporal-redirect-code", "307"}},
       "/",
       "307 https://now.test"},
      {{{"temporal-redirect", "https://now.test"}, {"temporal-redirect-code", "308"}},
       "/",
       "302 https://now.test"},
      {{{"permanent-redirect", "https://new.test"}, {"force-ssl-redirect", "true"}},
       "/",
       "301 https://new.test"},
      {{{"permanent-redirect", "https://new.test"}, {"denylist-source-range", "127.0.0.0/8"}},
       "/",
       "301 https://new.test"},
      {{{"permanent-redirect", "https://new.test"}, {"allowlist-source-range", "nonsense"}}, "/", "503 -"},
      {{{"permanent-redirect", "https://new.test/;}"}}, "/", "404 -"},
      {{{"permanent-redirect", "https://new.test"}, {"permanent-redirect-code", "many"}}, "/", "404 -"},
      {{{"rewrite-target", "https://new.test/$1"}}, "/a?q", "302 https://new.test/?q"},
  };
  std::string documents;
  for (std::size_t i = 0; i < cases.size(); ++i)
    documents += annotated("h" + std::to_string(i) + ".test", {prefix("/")}, cases[i].annotations,
                           "case" + std::to_string(i));
  start({}, {}, documents);
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_EQ(answer("h" + std::to_string(i) + ".test", cases[i].path), cases[i].answer) << "case " << i;
}

TEST_F(Routing, AppRootIsOfTheWholeHostAndComesFirst) {
  start(
      {}, {},
      annotated(
          "y.test", {prefix("/"), prefix("/b")},
          {{"app-root", "/start"}, {"force-ssl-redirect", "true"}, {"denylist-source-range", "0.0.0.0/0"}}) +
          annotated("y.test", {prefix("/longest")}, {{"app-root", "/longer"}}, "longer") +
          annotated("z.test", {prefix("/")}, {{"app-root", "start"}}, "bad"));
  EXPECT_EQ(answer("y.test:8080", "/?q=1"), "302 http://y.test:8080/longer");
  EXPECT_EQ(answer("y.test", "/b"), "308 https://y.test/b");
  EXPECT_EQ(answer("z.test", "/"), "200 -");
  EXPECT_TRUE(found("'start' does not begin with '/'"));
}

TEST_F(Routing, TheConfigMapHasAnAppRootForAll) {
  start({{"app-root", "/all"}}, {}, annotated("y.test", {prefix("/")}, {{"app-root", "/own"}}));
  EXPECT_EQ(answer("x.test", "/"), "302 http://x.test/all");
  EXPECT_EQ(answer("y.test", "/"), "302 http://y.test/own");
  EXPECT_EQ(at_pod("y.test", "/x"), "/x");
}

TEST_F(Routing, AHostHasOtherNames) {
  start({}, {},
        annotated("y.test", {prefix("/")},
                  {{"server-alias", "Alias.test,*.w.test, ~^re\\\\d+\\\\.test$, x.test"}}));
  EXPECT_EQ(at_pod("alias.test", "/a"), "/a");
  EXPECT_EQ(at_pod("ALIAS.test:81", "/a"), "/a");
  EXPECT_EQ(at_pod("any.w.test", "/a"), "/a");
  EXPECT_EQ(at_pod("a.b.w.test", "/a"), "404");
  EXPECT_EQ(at_pod("re42.test", "/a"), "/a");
  EXPECT_EQ(at_pod("re.test", "/a"), "404");
  EXPECT_TRUE(found("is the host of a rule, which has it"));
  // A rule takes the name, and gives it back.
  folder.write("rule.yaml", annotated("alias.test", {prefix("/only")}, {}, "rule"));
  ASSERT_TRUE(headgate->wait_for("alias.test", "/a", 404));
  folder.remove("rule.yaml");
  ASSERT_TRUE(headgate->wait_for("alias.test", "/a", 200));
}

TEST_F(Routing, AliasesFollowTheirHost) {
  start();
  folder.write("y.yaml", annotated("y.test", {prefix("/")}, {{"server-alias", "alias.test"}}));
  ASSERT_TRUE(headgate->wait_for("alias.test", "/a", 200));
  folder.write("y.yaml", annotated("y.test", {prefix("/b")}, {{"server-alias", "alias.test"}}));
  ASSERT_TRUE(headgate->wait_for("alias.test", "/a", 404));
  EXPECT_EQ(at_pod("alias.test", "/b"), "/b");
  folder.remove("y.yaml");
  ASSERT_TRUE(headgate->wait_for("alias.test", "/b", 404));
  expect_still_serving();
}

TEST_F(Routing, AnAliasShowsTheCertificateOfItsHostWhereThatIsForIt) {
  const TestCertificate both{{{"y.test", "alias.test"}}};
  IngressSpec spec;
  spec.name = "other";
  spec.rules = {{"y.test", {prefix("/")}}};
  spec.tls = {{"both-tls", {"y.test"}}};
  spec.annotations = {{"server-alias", "alias.test,foreign.test"}};
  start({}, {}, ingress(spec) + tls_secret("both-tls", both));
  const auto shown = [&](const std::string& name) {
    TlsOptions asked;
    asked.server_name = name;
    TlsClient one = client(asked);
    EXPECT_EQ(one.exchange(make_request("GET", name, "/a")).status, 200) << name;
    return one.server_fingerprint();
  };
  EXPECT_EQ(shown("y.test"), both.fingerprint());
  EXPECT_EQ(shown("alias.test"), both.fingerprint());
  EXPECT_NE(shown("foreign.test"), both.fingerprint()) << "the default one";
  EXPECT_EQ(answer("alias.test", "/a"), "308 https://alias.test/a");
  // Renewed with its host, and gone with its alias.
  const TestCertificate renewed{{{"y.test", "alias.test"}}};
  folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                               config_map("headgate", {}) + ingress(spec) + tls_secret("both-tls", renewed));
  ASSERT_TRUE(eventually([&] {
    TlsOptions asked;
    asked.server_name = "alias.test";
    return client(asked).server_fingerprint() == renewed.fingerprint();
  }));
}

TEST_F(Routing, WwwLeadsToTheNameWithoutAndBack) {
  start(
      {}, {},
      annotated("y.test", {prefix("/")}, {{"from-to-www-redirect", "true"}, {"force-ssl-redirect", "true"}}) +
          annotated("www.z.test", {prefix("/")}, {{"from-to-www-redirect", "true"}}, "www") +
          annotated("v.test", {prefix("/")}, {{"from-to-www-redirect", "true"}}, "owned") +
          annotated("www.v.test", {prefix("/")}, {}, "owner"));
  EXPECT_EQ(answer("www.y.test", "/a/?q=1"), "308 http://y.test/a/?q=1");
  EXPECT_EQ(answer("www.y.test:8443", "/"), "308 http://y.test:8443/");
  EXPECT_EQ(answer("z.test", "/a"), "308 http://www.z.test/a");
  EXPECT_EQ(at_pod("www.z.test", "/a"), "/a");
  EXPECT_EQ(at_pod("www.v.test", "/a"), "/a") << "an Ingress has it";
}

TEST_F(Routing, PodsAreToldAnotherHost) {
  start({}, {},
        annotated("y.test", {prefix("/")}, {{"upstream-vhost", "inner.test"}}) +
            annotated("z.test", {prefix("/")}, {{"upstream-vhost", "$service_name.$namespace.svc"}},
                      "variables") +
            annotated("v.test", {prefix("/")}, {{"upstream-vhost", "a/b"}}, "bad"));
  EXPECT_NE(ask("y.test", "/").body.find("Host=inner.test"), std::string::npos) << ask("y.test", "/").body;
  EXPECT_NE(ask("y.test", "/").body.find("X-Forwarded-Host=y.test"), std::string::npos);
  EXPECT_NE(ask("z.test", "/").body.find("Host=web.default.svc"), std::string::npos);
  EXPECT_EQ(at_pod("v.test", "/"), "404") << "the Ingress is not taken";
}

}  // namespace
}  // namespace headgate::test_support
