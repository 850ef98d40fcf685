// Header fields on their way to the pod and back: what is added, what is dropped, what is left alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

class RequestHeaders : public OnePod {
 protected:
  // The request as the pod saw it.
  HttpRequest seen_by_pod(std::string_view fields, std::string_view host = "x.test",
                          std::string_view body = "", std::string_view method = "GET") {
    if (!headgate) start();
    pod.forget_requests();
    const HttpResponse response = ask(make_request(method, host, "/p", fields, body), method);
    EXPECT_EQ(response.status, 200) << response.start_line;
    EXPECT_TRUE(pod.wait_for_requests(1));
    return pod.last_request();
  }
};

TEST_F(RequestHeaders, SetsTheForwardingFields) {
  const HttpRequest seen = seen_by_pod("");
  EXPECT_EQ(seen.field("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Forwarded-Host"), "x.test");
  EXPECT_EQ(seen.field("X-Forwarded-Port"), std::to_string(headgate->http_port()));
  EXPECT_EQ(seen.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(seen.field("X-Forwarded-Scheme"), "http");
  EXPECT_EQ(seen.field("X-Scheme"), "http");
  for (const char* name :
       {"X-Real-IP", "X-Request-ID", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port",
        "X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Scheme", "Host"}) {
    EXPECT_EQ(seen.count(name), 1u) << name;
  }
}

TEST_F(RequestHeaders, HasNoOriginalForwardedFieldsWhereTheClientSentNone) {
  const HttpRequest seen = seen_by_pod("");
  EXPECT_FALSE(seen.has("X-Original-Forwarded-For"));
  EXPECT_FALSE(seen.has("X-Original-Forwarded-Host"));
}

TEST_F(RequestHeaders, ReplacesWhatTheClientClaims) {
  const HttpRequest seen = seen_by_pod(
      "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil.test\r\nX-Forwarded-Proto: https\r\n"
      "X-Forwarded-Port: 443\r\nX-Forwarded-Scheme: https\r\nX-Scheme: https\r\nX-Real-IP: 6.6.6.6\r\n");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Forwarded-Host"), "x.test");
  EXPECT_EQ(seen.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(seen.field("X-Forwarded-Port"), std::to_string(headgate->http_port()));
  EXPECT_EQ(seen.field("X-Forwarded-Scheme"), "http");
  EXPECT_EQ(seen.field("X-Scheme"), "http");
  EXPECT_EQ(seen.field("X-Original-Forwarded-For"), "6.6.6.6");
  EXPECT_EQ(seen.field("X-Original-Forwarded-Host"), "evil.test");
  for (const char* name : {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port",
                           "X-Forwarded-Scheme", "X-Scheme", "X-Real-IP"}) {
    EXPECT_EQ(seen.count(name), 1u) << name;
  }
}

TEST_F(RequestHeaders, DropsFieldsThatOnlyAProxyMaySet) {
  const HttpRequest seen = seen_by_pod(
      "Forwarded: for=6.6.6.6\r\nssl-client-verify: SUCCESS\r\nSSL-Client-Subject-DN: CN=root\r\n"
      "X-Original-URL: /admin\r\nX-Original-URI: /admin\r\nX-Original-Forwarded-For: 6.6.6.6\r\n"
      "Proxy: http://evil.test/\r\n");
  for (const char* name : {"Forwarded", "ssl-client-verify", "ssl-client-subject-dn", "X-Original-URL",
                           "X-Original-URI", "X-Original-Forwarded-For", "Proxy"}) {
    EXPECT_FALSE(seen.has(name)) << name;
  }
}

TEST_F(RequestHeaders, DropsNamesWithAnUnderscore) {
  const HttpRequest seen = seen_by_pod("X_Forwarded_For: 6.6.6.6\r\nmy_field: 1\r\nX-Fine: 1\r\n");
  EXPECT_FALSE(seen.has("X_Forwarded_For"));
  EXPECT_FALSE(seen.has("my_field"));
  EXPECT_TRUE(seen.has("X-Fine"));
}

TEST_F(RequestHeaders, KeepsTheClientsRequestId) {
  EXPECT_EQ(seen_by_pod("X-Request-ID: my-own-id-1\r\n").field("X-Request-ID"), "my-own-id-1");
}

TEST_F(RequestHeaders, MakesARequestIdOf32HexDigitsForEachRequest) {
  std::set<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    const std::string id = seen_by_pod("").field("X-Request-ID").value_or("");
    EXPECT_THAT(id, MatchesRegex("[0-9a-f]{32}"));
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 20u);
}

TEST_F(RequestHeaders, KeepsTheHostWithItsPort) {
  const HttpRequest seen = seen_by_pod("", "X.test:8080");
  EXPECT_EQ(seen.field("Host"), "X.test:8080");
}

TEST_F(RequestHeaders, RemovesHopByHopFields) {
  const HttpRequest seen = seen_by_pod(
      "Connection: keep-alive, X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=5\r\n"
      "Proxy-Connection: keep-alive\r\nTE: gzip\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");
  for (const char* name :
       {"X-Private", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade", "HTTP2-Settings"}) {
    EXPECT_FALSE(seen.has(name)) << name;
  }
  EXPECT_FALSE(seen.lists("Connection", "X-Private"));
  EXPECT_FALSE(seen.lists("Connection", "close"));
}

TEST_F(RequestHeaders, DoesNotLetTheClientsCloseEndTheUpstreamConnection) {
  seen_by_pod("Connection: close\r\n");
  seen_by_pod("Connection: close\r\n");
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST_F(RequestHeaders, ConnectionCannotNameAFieldThatTheProxySets) {
  const HttpRequest seen = seen_by_pod("Connection: close, X-Real-IP, X-Forwarded-For, Host\r\n");
  EXPECT_EQ(seen.field("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(seen.field("Host"), "x.test");
}

TEST_F(RequestHeaders, PassesEverythingElseInOrderWithItsSpelling) {
  const HttpRequest seen = seen_by_pod(
      "aCCept: */*\r\nCookie: a=1\r\nX-Twice: 1\r\nCookie: b=2\r\nX-Twice: 2\r\nAuthorization: x\r\n");
  FieldList passed;
  for (const auto& field : seen.fields) {
    for (const char* name : {"aCCept", "Cookie", "X-Twice", "Authorization"}) {
      if (field.first == name) passed.push_back(field);
    }
  }
  EXPECT_EQ(passed, (FieldList{{"aCCept", "*/*"},
                               {"Cookie", "a=1"},
                               {"X-Twice", "1"},
                               {"Cookie", "b=2"},
                               {"X-Twice", "2"},
                               {"Authorization", "x"}}));
  EXPECT_FALSE(seen.has("User-Agent")) << "none was sent";
}

TEST_F(RequestHeaders, WritesOneLengthForTheBody) {
  const HttpRequest seen = seen_by_pod("Content-Length: 5\r\n", "x.test", "hello", "POST");
  EXPECT_EQ(seen.field("Content-Length"), "5");
  EXPECT_EQ(seen.count("Content-Length"), 1u);
  EXPECT_FALSE(seen.has("Transfer-Encoding"));
  EXPECT_EQ(seen.body, "hello");
}

TEST_F(RequestHeaders, PassesTheTargetsBytes) {
  start();
  for (const char* target : {"/a%20b/%c3%a4?q=%2F&x=a+b", "/a;v=1/b//c?", "/x%2Fy"}) {
    pod.forget_requests();
    EXPECT_EQ(ask(make_request("GET", "x.test", target)).status, 200);
    EXPECT_EQ(pod.last_request().target, target);
  }
}

TEST_F(RequestHeaders, ResolvesDotSegmentsBeforeThePodSeesThem) {
  start();
  EXPECT_EQ(ask(make_request("GET", "x.test", "/a/./b/../c/%2e%2e/d?x=../y")).status, 200);
  EXPECT_EQ(pod.last_request().target, "/a/d?x=../y");
}

TEST_F(RequestHeaders, TakesTheHostOfAnAbsoluteTarget) {
  start();
  EXPECT_EQ(ask(make_request("GET", "other.test", "http://x.test/abs?q=1")).status, 200);
  EXPECT_EQ(pod.last_request().field("Host"), "x.test");
  EXPECT_EQ(pod.last_request().count("Host"), 1u);
  EXPECT_EQ(pod.last_request().target, "/abs?q=1");
}

class ResponseHeaders : public OnePod {
 protected:
  HttpResponse answered(std::string fields) {
    if (!headgate) start();
    pod.set_handler([fields = std::move(fields)](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send("HTTP/1.1 200 Fine\r\n" + fields + "Content-Length: 2\r\n\r\nok");
    });
    return headgate->get("x.test", "/");
  }
};

TEST_F(ResponseHeaders, RemovesServerAndKeepsTheRest) {
  const HttpResponse response = answered("Server: secret/1.0\r\nX-Powered-By: pods\r\nETag: \"1\"\r\n");
  EXPECT_FALSE(response.has("Server"));
  EXPECT_EQ(response.field("X-Powered-By"), "pods");
  EXPECT_EQ(response.field("ETag"), "\"1\"");
  EXPECT_EQ(response.body, "ok");
}

TEST_F(ResponseHeaders, RemovesHopByHopFields) {
  const HttpResponse response = answered(
      "Connection: keep-alive, X-Internal\r\nX-Internal: 1\r\nKeep-Alive: timeout=5\r\n"
      "Proxy-Connection: keep-alive\r\nUpgrade: h2c\r\n");
  for (const char* name : {"X-Internal", "Keep-Alive", "Proxy-Connection", "Upgrade"}) {
    EXPECT_FALSE(response.has(name)) << name;
  }
  EXPECT_FALSE(response.lists("Connection", "X-Internal"));
}

TEST_F(ResponseHeaders, KeepsSetCookieFieldsApartAndInOrder) {
  const HttpResponse response = answered("Set-Cookie: a=1\r\nVary: x\r\nSet-Cookie: b=2; Path=/\r\n");
  std::vector<std::string> cookies;
  for (const auto& [name, value] : response.fields) {
    if (name == "Set-Cookie") cookies.push_back(value);
  }
  EXPECT_THAT(cookies, ElementsAre("a=1", "b=2; Path=/"));
}

TEST_F(ResponseHeaders, KeepsThePodsDateAndAddsOneWhereThereIsNone) {
  const HttpResponse with = answered("Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n");
  EXPECT_EQ(with.field("Date"), "Mon, 02 Jan 2006 15:04:05 GMT");
  EXPECT_EQ(with.count("Date"), 1u);
  const HttpResponse without = answered("");
  EXPECT_EQ(without.count("Date"), 1u);
  EXPECT_THAT(without.field("Date").value_or(""),
              MatchesRegex("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"));
}

TEST_F(ResponseHeaders, AddsNothingOfTheRequest) {
  const HttpResponse response = answered("");
  EXPECT_FALSE(response.has("X-Request-ID"));
  EXPECT_FALSE(response.has("X-Forwarded-For"));
  EXPECT_FALSE(response.has("Strict-Transport-Security")) << "plain HTTP";
}

TEST_F(ResponseHeaders, PassesStatusAndReason) {
  start();
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 418 Short And Stout\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(headgate->get("x.test", "/").start_line, "HTTP/1.1 418 Short And Stout");
}

}  // namespace
}  // namespace headgate::test_support
