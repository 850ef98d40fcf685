// From plain HTTP to HTTPS, as a client sees it.
#include <gtest/gtest.h>

#include "integration/https_pod.h"

namespace headgate::test_support {
namespace {

class Redirect : public HttpsPod {
 protected:
  [[nodiscard]] HttpResponse ask(std::string_view request, std::string_view method = "GET") const {
    RawClient one(headgate->http_port());
    return one.exchange(request, method);
  }
  // Where a GET is sent; empty: nowhere.
  [[nodiscard]] std::string location(std::string_view host, std::string_view path) const {
    return ask(make_request("GET", host, path)).field("Location").value_or("");
  }
  // For host y.test, without TLS.
  [[nodiscard]] std::string annotated(const FieldList& annotations) const {
    IngressSpec spec;
    spec.name = "other";
    spec.rules = {{"y.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    return ingress(spec);
  }
};

TEST_F(Redirect, PlainHttpOfAHostWithTlsGoesToHttps) {
  start();
  const HttpResponse response = ask(make_request("GET", "x.test:8080", "/a/b/?q=1/"));
  EXPECT_EQ(response.status, 308);
  EXPECT_EQ(response.field("Location"), "https://x.test/a/b/?q=1");
  EXPECT_EQ(
      response.body,
      "<html>\r\n<head><title>308 Permanent Redirect</title></head>\r\n<body>\r\n<center><h1>308 Permanent "
      "Redirect</h1></center>\r\n</body>\r\n</html>\r\n");
  EXPECT_FALSE(response.has("Strict-Transport-Security")) << "RFC 6797 §7.2";
  EXPECT_EQ(location("x.test", "/"), "https://x.test");
  EXPECT_EQ(location("x.test", "/a/./b//c%2f"), "https://x.test/a/./b//c%2f") << "as it was sent";
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(Redirect, HttpsItselfIsServed) {
  start();
  expect_still_serving();
}

TEST_F(Redirect, AnyMethodIsRedirectedAndTheConnectionServesOn) {
  start();
  RawClient one(headgate->http_port());
  EXPECT_EQ(one.exchange(make_request("POST", "x.test", "/p", "", "body")).status, 308);
  const HttpResponse head = one.exchange(make_request("HEAD", "x.test", "/p"), "HEAD");
  EXPECT_EQ(head.status, 308);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(one.exchange(make_request("DELETE", "x.test", "/p")).field("Location"), "https://x.test/p");
}

TEST_F(Redirect, PathsThatNobodyClaimsAreRedirectedToo) {
  IngressSpec spec;
  spec.name = "other";
  spec.rules = {{"y.test", {{"/claimed", "Exact", "web", "80"}}}};
  spec.tls = {{"", {"y.test"}}};
  start({}, {}, ingress(spec));
  EXPECT_EQ(location("y.test", "/other"), "https://y.test/other");
  TlsOptions options = tls();
  options.server_name = "y.test";
  TlsClient one = client(options);
  EXPECT_EQ(one.exchange(make_request("GET", "y.test", "/other")).status, 404);
}

TEST_F(Redirect, AnnotationsDecideAndChangesAreLive) {
  start();
  folder.write("y.yaml", annotated({{"force-ssl-redirect", "true"}, {"preserve-trailing-slash", "true"}}));
  ASSERT_TRUE(eventually([&] { return location("y.test", "/a/") == "https://y.test/a/"; }));
  folder.write("y.yaml", annotated({{"force-ssl-redirect", "true"}}));
  ASSERT_TRUE(eventually([&] { return location("y.test", "/a/") == "https://y.test/a"; }));
  folder.write("y.yaml", annotated({{"force-ssl-redirect", "false"}}));
  ASSERT_TRUE(headgate->wait_for("y.test", "/a/", 200));
}

TEST_F(Redirect, ARefusedAnnotationKeepsTheVersionBefore) {
  start();
  folder.write("y.yaml", annotated({{"force-ssl-redirect", "true"}}));
  ASSERT_TRUE(eventually([&] { return location("y.test", "/") == "https://y.test"; }));
  folder.write("y.yaml", annotated({{"force-ssl-redirect", "false"}, {"ssl-passthrough", "perhaps"}}));
  ASSERT_TRUE(eventually([&] {
    return headgate->admin("/debug/findings").body.find("the one before is") != std::string::npos;
  }));
  EXPECT_EQ(location("y.test", "/"), "https://y.test");
}

TEST_F(Redirect, TheConfigMapChoosesCodeAndPort) {
  start({{"http-redirect-code", "301"}, {"use-port-in-redirects", "true"}});
  const HttpResponse response = ask(make_request("GET", "x.test", "/a"));
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.field("Location"), "https://x.test:" + std::to_string(headgate->https_port()) + "/a");
}

TEST_F(Redirect, ABodyThatIsTooLargeIsToldFirst) {
  start({{"proxy-body-size", "10"}});
  EXPECT_EQ(ask("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 11\r\n\r\n", "POST").status, 413);
}

TEST_F(Redirect, WithoutHostThereIsNowhereToGo) {
  IngressSpec spec;
  spec.name = "any";
  spec.rules = {{"", {{"/", "Prefix", "web", "80"}}}};
  spec.annotations = {{"force-ssl-redirect", "true"}};
  start({}, {}, ingress(spec));
  EXPECT_EQ(ask("GET / HTTP/1.0\r\n\r\n").status, 400);
  EXPECT_EQ(location("any.test", "/"), "https://any.test");
}

TEST_F(Redirect, LeadsNowhereButToTheHostThatWasAsked) {
  start();
  EXPECT_EQ(location("x.test", "//evil.test/"), "https://x.test//evil.test");
  const HttpResponse forwarded = ask(make_request("GET", "x.test", "/", "X-Forwarded-Host: evil.test\r\n"));
  EXPECT_EQ(forwarded.field("Location"), "https://x.test");
  const HttpResponse absolute = ask("GET http://x.test/p?q HTTP/1.1\r\nHost: evil.test\r\n\r\n");
  EXPECT_EQ(absolute.field("Location"), "https://x.test/p?q");
}

}  // namespace
}  // namespace headgate::test_support
