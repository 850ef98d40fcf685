// External authentication as clients, pods and auth services see it: the real binary, an auth service per
// test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "integration/auth_service.h"

namespace headgate::test_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(ExternalAuth, TheServiceDecides) {
  start_auth();
  for (const int good : {200, 201, 202, 204, 299}) {
    answer(good);
    EXPECT_EQ(get().status, 200) << good;
  }
  const std::size_t before = pod.request_count();
  answer(401, "WWW-Authenticate: Basic realm=\"here\"\r\nX-Other: o\r\nSet-Cookie: s=1\r\n");
  const HttpResponse unauthorised = get();
  EXPECT_EQ(unauthorised.status, 401);
  EXPECT_THAT(unauthorised.body, HasSubstr("401 Authorization Required"));
  EXPECT_EQ(unauthorised.field("WWW-Authenticate"), "Basic realm=\"here\"");
  EXPECT_FALSE(unauthorised.has("X-Other"));
  EXPECT_FALSE(unauthorised.has("Set-Cookie"));
  answer(403, "WWW-Authenticate: Basic\r\n");
  EXPECT_EQ(get().status, 403);
  for (const int odd : {301, 302, 304, 400, 404, 407, 429, 500, 503}) {
    answer(odd, "Location: http://evil.test/\r\n");
    const HttpResponse response = get();
    EXPECT_EQ(response.status, 500) << odd;
    EXPECT_FALSE(response.has("Location"));
  }
  EXPECT_EQ(pod.request_count(), before) << "the pod sees only what was let through";
}

// enable-auth-access-log.
class AuthLog : public ExternalAuth {
 protected:
  // The lines of one request, once Headgate has ended.
  std::vector<std::string> lines_with(const FieldList& settings, const FieldList& annotations = {}) {
    log_ = (logs_.path() / ("access" + std::to_string(++runs_) + ".log")).string();
    FieldList all{{"log-format-upstream",
                   "$request $status $bytes_sent $request_length [$proxy_upstream_name] "
                   "$upstream_status $upstream_addr"}};
    all.insert(all.end(), settings.begin(), settings.end());
    start_auth(annotations, all, log_);
    EXPECT_NE(get().status, 0);
    headgate.reset();
    std::ifstream file(log_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  [[nodiscard]] std::string service() const { return " 127.0.0.1:" + std::to_string(auth.port()); }

  TempDir logs_;
  std::string log_;
  int runs_ = 0;
};

TEST_F(AuthLog, WithoutTheKeyServicesAreNotLogged) {
  answer(200);
  EXPECT_THAT(lines_with({}), ElementsAre(StartsWith("GET /page?q=1 HTTP/1.1 200 ")));
  EXPECT_THAT(lines_with({{"enable-auth-access-log", "maybe"}}), SizeIs(1));
}

TEST_F(AuthLog, EachRequestToAServiceIsALineBeforeItsClients) {
  answer(204);
  EXPECT_THAT(lines_with({{"enable-auth-access-log", "true"}}),
              ElementsAre("GET /page?q=1 HTTP/1.1 204 0 0 [default-web-80] 204" + service(),
                          StartsWith("GET /page?q=1 HTTP/1.1 200 ")));
}

TEST_F(AuthLog, ARefusalIsLoggedAsTheServiceSaidIt) {
  answer(418);
  EXPECT_THAT(lines_with({{"enable-auth-access-log", "true"}}),
              ElementsAre("GET /page?q=1 HTTP/1.1 418 0 0 [default-web-80] 418" + service(),
                          StartsWith("GET /page?q=1 HTTP/1.1 500 ")));
}

TEST_F(AuthLog, AServiceThatDoesNotAnswerIs502) {
  auth.set_handler([](BackendExchange& exchange) { exchange.reset(); });
  const std::vector<std::string> lines = lines_with({{"enable-auth-access-log", "true"}});
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], StartsWith("GET /page?q=1 HTTP/1.1 502 0 0 [default-web-80] 502"));
  EXPECT_THAT(lines[1], StartsWith("GET /page?q=1 HTTP/1.1 500 "));
}

TEST_F(AuthLog, AnIngressWithoutLinesHasNoneOfItsService) {
  answer(200);
  EXPECT_THAT(lines_with({{"enable-auth-access-log", "true"}}, {{"enable-access-log", "false"}}), IsEmpty());
}

TEST_F(ExternalAuth, IsAskedAboutTheRequestAndToldNothingThatClientsMakeUp) {
  start_auth();
  answer(200);
  ASSERT_EQ(
      ask(make_request(
              "POST", "x.test", "/page?q=1",
              "Content-Length: 7\r\nCookie: c=1\r\nAuthorization: Bearer t\r\nX-Forwarded-For: 6.6.6.6\r\n"
              "X-Forwarded-Host: evil\r\nX-Forwarded-Uri: /evil\r\nX-Original-Url: evil\r\n"
              "X-Original-Method: EVIL\r\nX-Real-IP: 6.6.6.6\r\nX-Sent-From: evil\r\n"
              "X-Auth-Request-Redirect: evil\r\nssl-client-verify: SUCCESS\r\n",
              "content"),
          "POST")
          .status,
      200);
  const HttpRequest seen = auth.last_request();
  EXPECT_EQ(seen.start_line, "GET /check?a=1 HTTP/1.1");
  EXPECT_EQ(seen.body, "");
  EXPECT_FALSE(seen.has("Content-Length"));
  EXPECT_FALSE(seen.has("Transfer-Encoding"));
  EXPECT_EQ(seen.field("Host"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Original-URL"), "http://x.test/page?q=1");
  EXPECT_EQ(seen.field("X-Original-Method"), "POST");
  EXPECT_EQ(seen.field("X-Sent-From"), "nginx-ingress-controller");
  EXPECT_EQ(seen.field("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Auth-Request-Redirect"), "/page?q=1");
  EXPECT_EQ(seen.field("X-Request-ID"), pod.last_request().field("X-Request-ID"));
  EXPECT_EQ(seen.field("Cookie"), "c=1");
  EXPECT_EQ(seen.field("Authorization"), "Bearer t");
  for (const std::string_view once : {"Host", "X-Original-URL", "X-Original-Method", "X-Sent-From",
                                      "X-Real-IP", "X-Forwarded-For", "X-Auth-Request-Redirect"})
    EXPECT_EQ(seen.count(once), 1u) << once;
  for (const std::string_view never : {"X-Forwarded-Host", "X-Forwarded-Uri", "X-Forwarded-Proto",
                                       "ssl-client-verify", "X-Original-URI", "X-Scheme"})
    EXPECT_FALSE(seen.has(never)) << never;
  EXPECT_TRUE(eventually([&] { return pod.last_request().body == "content"; }));
  EXPECT_EQ(pod.last_request().method, "POST");
}

TEST_F(ExternalAuth, VariablesAreData) {
  start_annotated({{"auth-url", auth_url("/check?u=$request_uri&h=$http_x_evil")},
                   {"auth-request-redirect", "http://$host/back?m=$request_method"}});
  answer(200);
  ASSERT_EQ(get("/page?q=1", "X-Evil: a b HTTP/1.1#\xff\r\n").status, 200);
  EXPECT_EQ(auth.last_request().target, "/check?u=/page?q=1&h=a%20b%20HTTP/1.1%23%FF");
  EXPECT_EQ(auth.last_request().field("X-Auth-Request-Redirect"), "http://x.test/back?m=GET");
}

TEST_F(ExternalAuth, MethodAddsWhereItCameFrom) {
  start_auth({{"auth-method", "POST"}});
  answer(200);
  ASSERT_EQ(get().status, 200);
  EXPECT_EQ(auth.last_request().method, "POST");
  EXPECT_EQ(auth.last_request().field("X-Original-URI"), "/page?q=1");
  EXPECT_EQ(auth.last_request().field("X-Scheme"), "http");
}

TEST_F(ExternalAuth, HeadIsAskedToo) {
  start_auth({{"auth-method", "HEAD"}});
  auth.set_handler(
      [](BackendExchange& exchange) { exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"); });
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(auth.connection_count(), 1u);
}

TEST_F(ExternalAuth, SigninIsWhereA401Leads) {
  start_auth({{"auth-signin", "http://sign.in/start"}});
  answer(401, "Set-Cookie: csrf=1\r\nSet-Cookie: b=2\r\n");
  const HttpResponse response = get("/page?q=1&r=2");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.field("Location"), "http://sign.in/start?rd=http://x.test%2Fpage%3Fq%3D1%26r%3D2");
  EXPECT_EQ(response.count("Set-Cookie"), 2u);
  answer(403);
  EXPECT_EQ(get().status, 403) << "who is known and may not enter need not sign in";
}

TEST_F(ExternalAuth, SigninParameters) {
  start_auth({{"auth-signin", "http://$host/start?x=1"}, {"auth-signin-redirect-param", "orig"}});
  answer(401);
  EXPECT_EQ(get("/p").field("Location"), "http://x.test/start?x=1&orig=http://x.test%2Fp");
  folder.write("web.yaml", [&] {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = {{"auth-url", auth_url()}, {"auth-signin", "http://s/?rd=/home"}};
    return ingress(spec) + service_of("web", pod);
  }());
  EXPECT_TRUE(eventually([&] { return get("/p").field("Location") == "http://s/?rd=/home"; }));
}

TEST_F(ExternalAuth, FieldsOfTheServiceReplaceThoseOfTheClient) {
  start_auth({{"auth-response-headers", "X-User, X-Groups,X-Absent"}});
  answer(200, "X-User: alice\r\nX-Groups: a\r\nX-Groups: b\r\nX-Secret: s\r\n");
  ASSERT_EQ(get("/", "X-User: root\r\nx-absent: evil\r\nX-GROUPS: wheel\r\nX-Mine: m\r\n").status, 200);
  const HttpRequest seen = pod.last_request();
  EXPECT_EQ(seen.count("X-User"), 1u);
  EXPECT_EQ(seen.field("X-User"), "alice");
  EXPECT_EQ(seen.count("X-Groups"), 2u);
  EXPECT_FALSE(seen.has("X-Absent"));
  EXPECT_FALSE(seen.has("X-Secret"));
  EXPECT_EQ(seen.field("X-Mine"), "m");
}

TEST_F(ExternalAuth, UnderscoresDoNotPassForFieldsOfTheService) {
  start_auth({{"auth-response-headers", "X-User,X-Absent"}}, {{"enable-underscores-in-headers", "true"}});
  answer(200, "X-User: alice\r\n");
  ASSERT_EQ(get("/", "X_User: root\r\nx_absent: evil\r\nX_Mine: m\r\n").status, 200);
  const HttpRequest seen = pod.last_request();
  EXPECT_EQ(seen.field("X-User"), "alice");
  EXPECT_FALSE(seen.has("X_User"));
  EXPECT_FALSE(seen.has("X_Absent"));
  EXPECT_EQ(seen.field("X_Mine"), "m");
}

TEST_F(ExternalAuth, AConfigMapHasFurtherFieldsForTheService) {
  const auto write = [&](const std::string& more) {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = {{"auth-url", auth_url()}, {"auth-proxy-set-headers", "for-auth"}};
    folder.write("web.yaml", ingress(spec) + service_of("web", pod) + more);
  };
  write(config_map("for-auth", {{"X-Forwarded-Method", "$request_method"}, {"X-Real-IP", "hidden"}}));
  headgate = std::make_unique<HeadgateProcess>(folder);
  answer(200);
  ASSERT_EQ(get("/", "X-Forwarded-Method: EVIL\r\n").status, 200);
  EXPECT_EQ(auth.last_request().field("X-Forwarded-Method"), "GET");
  EXPECT_EQ(auth.last_request().count("X-Forwarded-Method"), 1u);
  EXPECT_EQ(auth.last_request().field("X-Real-IP"), "hidden");
  EXPECT_EQ(auth.last_request().count("X-Real-IP"), 1u);
  write(config_map("for-auth", {{"Content-Length", "5"}}));
  EXPECT_TRUE(eventually([&] { return get().status == 503; }));
  write(config_map("for-auth", {{"X-A", "a"}}));
  EXPECT_TRUE(eventually([&] { return get().status == 200; }));
  write("");
  EXPECT_TRUE(eventually([&] { return get().status == 503; })) << "the ConfigMap is gone";
}

TEST_F(ExternalAuth, FieldsThatFrameMessagesCannotBeNamed) {
  start_auth({{"auth-response-headers", "X-User,Transfer-Encoding"}});
  answer(200, "X-User: alice\r\n");
  EXPECT_EQ(get().status, 503);
  EXPECT_TRUE(wait_for_finding("Transfer-Encoding"));
}

TEST_F(ExternalAuth, CookiesOfTheServiceByStatus) {
  start_auth();
  answer(200, "Set-Cookie: session=1\r\n");
  pod.set_handler([](BackendExchange& exchange) {
    exchange.respond(exchange.request().target == "/bad" ? 404 : 200, "x", "Set-Cookie: own=1\r\n");
  });
  EXPECT_EQ(get("/good").count("Set-Cookie"), 2u);
  const HttpResponse bad = get("/bad");
  EXPECT_EQ(bad.status, 404);
  EXPECT_EQ(bad.count("Set-Cookie"), 1u);
}

TEST_F(ExternalAuth, CookiesAlways) {
  start_auth({{"auth-always-set-cookie", "true"}});
  answer(200, "Set-Cookie: session=1\r\n");
  pod.set_handler([](BackendExchange& exchange) { exchange.respond(500, "x"); });
  EXPECT_EQ(get().field("Set-Cookie"), "session=1");
  answer(401, "Set-Cookie: session=2\r\n");
  EXPECT_EQ(get().field("Set-Cookie"), "session=2");
}

TEST_F(ExternalAuth, AnswersAreKeptByKeyAndStatus) {
  start_auth({{"auth-cache-key", "$cookie_session"}, {"auth-cache-duration", "200 401 10m, 403 0s"}});
  const auto ask_as = [&](std::string_view session) {
    return get("/", "Cookie: session=" + std::string(session) + "\r\n").status;
  };
  answer(200);
  EXPECT_EQ(ask_as("a"), 200);
  answer(401);
  EXPECT_EQ(ask_as("a"), 200) << "kept";
  EXPECT_EQ(ask_as("b"), 401);
  answer(200);
  EXPECT_EQ(ask_as("b"), 401) << "kept";
  EXPECT_EQ(ask_as("a"), 200);
  EXPECT_EQ(auth.request_count(), 2u);
  answer(403);
  EXPECT_EQ(ask_as("c"), 403);
  answer(200, "Set-Cookie: s=1\r\n");
  EXPECT_EQ(ask_as("c"), 200) << "not kept";
  answer(500);
  EXPECT_EQ(ask_as("c"), 500) << "not kept for its Set-Cookie";
  answer(200);
  EXPECT_EQ(get().status, 200);
  answer(403);
  EXPECT_EQ(get().status, 403) << "without a key nothing is kept";
}

TEST_F(ExternalAuth, AServiceThatFailsLetsNobodyIn) {
  start_auth({}, {{"proxy-read-timeout", "1"}});
  const std::vector<std::pair<std::string, BackendHandler>> failures{
      {"garbage", send_then_close("no http at all\r\n\r\n")},
      {"empty", [](BackendExchange& exchange) { exchange.close(); }},
      {"reset", [](BackendExchange& exchange) { exchange.reset(); }},
      {"half a head", send_then_close("HTTP/1.1 200 OK\r\nX: ")},
      {"half a body", send_then_close("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")},
      {"two lengths", send_then_close("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n")},
      {"an upgrade",
       send_then_close("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")},
      {"too large a head",
       send_then_close("HTTP/1.1 200 OK\r\nX-Large: " + std::string(100000, 'x') + "\r\n\r\n")},
      {"silence", never_answer()},
  };
  for (const auto& [name, handler] : failures) {
    auth.set_handler(handler);
    EXPECT_EQ(get().status, 500) << name;
  }
  EXPECT_EQ(pod.request_count(), 0u);
  answer(200);
  EXPECT_EQ(get().status, 200);
}

TEST_F(ExternalAuth, ANobodyAtTheAddressLetsNobodyIn) {
  PortReservation nobody(1);
  start_annotated({{"auth-url", "http://127.0.0.1:" + std::to_string(nobody.port(0)) + "/"}});
  EXPECT_EQ(get().status, 500);
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(ExternalAuth, WhatCannotBeFollowedCloses) {
  for (const auto& [annotations, why] : std::vector<std::pair<FieldList, std::string>>{
           {{{"auth-url", "http:///path"}}, "names no host"},
           {{{"auth-url", "just-a-name"}}, "does not begin with"},
           {{{"auth-url", "http://$host/auth"}}, "variable in its host"},
           {{{"auth-url", "http://a.test/$no_such_variable"}}, "no_such_variable"},
           {{{"auth-url", auth_url()}, {"auth-method", "BREW"}}, "BREW"},
           {{{"auth-url", auth_url()}, {"auth-method", "CONNECT"}}, "CONNECT"},
           {{{"auth-url", auth_url()}, {"auth-cache-key", "$host"}, {"auth-cache-duration", "200 soon"}},
            "soon"},
       }) {
    start_annotated(annotations);
    answer(200);
    EXPECT_EQ(get().status, 503) << why;
    EXPECT_TRUE(wait_for_finding(why));
    headgate.reset();
  }
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(ExternalAuth, AnUrlWithOtherCharactersCostsTheIngress) {
  start_annotated({{"auth-url", "http://a.test/;}server{"}});
  EXPECT_EQ(get().status, 404);
}

TEST_F(ExternalAuth, AServiceIsFoundByItsName) {
  start_annotated({{"auth-url", "http://auth.default.svc.cluster.local/x"}});
  answer(200);
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(auth.last_request().field("Host"), "auth.default.svc.cluster.local");
  answer(403);
  EXPECT_EQ(get().status, 403);
  folder.write("web.yaml", [&] {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = {{"auth-url", "http://auth.default.svc.cluster.local/x"}};
    return ingress(spec) + service_of("web", pod);
  }());
  EXPECT_TRUE(eventually([&] { return get().status == 500; })) << "the Service is gone";
}

TEST_F(ExternalAuth, ConnectionsToItAreKept) {
  start_auth();
  auth.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get().status, 200);
  EXPECT_EQ(auth.connection_count(), 1u);
}

TEST_F(ExternalAuth, AKeptConnectionThatClosedIsNoFailure) {
  start_auth();
  auth.set_handler([](BackendExchange& exchange) {
    if (exchange.number_on_connection() == 1)
      exchange.send(text_response(200));
    else
      exchange.reset();
  });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(get().status, 200) << i;
}

TEST_F(ExternalAuth, BodiesWaitUntilTheServiceHasSpoken) {
  start_auth({}, {{"proxy-body-size", "0"}});
  let_in_when_the_gate_opens();
  std::string body;
  for (int i = 0; i < 400000; ++i) body += static_cast<char>('a' + i % 26);
  for (const bool chunked : {false, true}) {
    RawClient one = client();
    if (chunked) {
      one.send("POST / HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      ASSERT_TRUE(reached.wait());
      one.send("61A7D\r\n" + body.substr(3) + "\r\n0\r\n\r\n");
    } else {
      one.send("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 400000\r\n\r\n" + body.substr(0, 1000));
      ASSERT_TRUE(reached.wait());
      EXPECT_EQ(pod.request_count(), 0u);
      gate.open();
      one.send(body.substr(1000));
    }
    EXPECT_EQ(one.receive("POST").status, 200);
    EXPECT_TRUE(eventually([&] { return pod.last_request().body == body; }));
  }
}

TEST_F(ExternalAuth, WorksForHttp2) {
  start_auth({{"auth-response-headers", "X-User"}});
  answer(200, "X-User: alice\r\nSet-Cookie: s=1\r\n");
  H2Connected h2 = connect();
  const H2Response good = h2.get("/page", {{"x-user", "root"}});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.field("set-cookie"), "s=1");
  EXPECT_EQ(pod.last_request().field("X-User"), "alice");
  const std::uint32_t stream = h2.begin("POST", "/upload");
  const std::string body(300000, 'b');
  ASSERT_TRUE(h2->send_body(stream, body));
  EXPECT_EQ(h2->receive(stream).status, 200);
  EXPECT_TRUE(eventually([&] { return pod.last_request().body == body; }));
  answer(401, "WWW-Authenticate: Bearer\r\n");
  const H2Response denied = h2.get("/page");
  EXPECT_EQ(denied.status, 401);
  EXPECT_EQ(denied.field("www-authenticate"), "Bearer");
  answer(200);
  EXPECT_EQ(h2.get("/page").status, 200) << "the connection goes on";
}

TEST_F(ExternalAuth, ManyStreamsWaitAtOnce) {
  start_auth();
  auth.set_handler([this](BackendExchange& exchange) {
    gate.wait();
    exchange.send(text_response(200));
  });
  H2Connected h2 = connect();
  std::vector<std::uint32_t> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(h2.begin_get("/" + std::to_string(i)));
  ASSERT_TRUE(auth.wait_for_requests(20));
  h2.reset(streams[3]);
  gate.open();
  streams.erase(streams.begin() + 3);
  for (const std::uint32_t stream : streams) EXPECT_EQ(h2->receive(stream).status, 200) << stream;
}

TEST_F(ExternalAuth, AClientThatLeavesTakesTheQuestionWithIt) {
  start_auth();
  auth.set_handler([this](BackendExchange& exchange) {
    reached.open();
    ReadEnd end{};
    while (!exchange.read_some(end).empty()) {
    }
    gate.open();
    exchange.close();
  });
  {
    RawClient one = client();
    one.send(make_request("GET", "x.test", "/"));
    ASSERT_TRUE(reached.wait());
    one.reset();
  }
  EXPECT_TRUE(gate.wait()) << "the connection to the auth service ends";
  answer(200);
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(pod.request_count(), 1u);
}

TEST_F(ExternalAuth, ATableThatChangesMeanwhileDoesNoHarm) {
  start_auth();
  let_in_when_the_gate_opens();
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/old"));
  ASSERT_TRUE(reached.wait());
  EchoBackend other("other");
  folder.write("web.yaml", ingress("other", "x.test", "other") + service_of("other", other));
  ASSERT_TRUE(eventually(
      [&] { return headgate->admin("/debug/routes").body.find("default/other") != std::string::npos; }));
  gate.open();
  const HttpResponse response = one.receive("GET");
  EXPECT_EQ(response.status, 503) << "the Service that it was for is gone: no other one gets it";
  EXPECT_EQ(other.request_count(), 0u);
}

TEST_F(ExternalAuth, TheEndOfHeadgateIsNotHeldUpByAQuestion) {
  start_auth();
  let_in_when_the_gate_opens();
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/"));
  ASSERT_TRUE(reached.wait());
  headgate->process().signal(SIGTERM);
  gate.open();
  EXPECT_EQ(one.receive("GET").status, 200) << "drained, not dropped";
}

TEST_F(ExternalAuth, WebSocketsAreAskedAbout) {
  start_auth();
  pod.set_handler(upgrade_echo());
  const std::string request =
      make_request("GET", "x.test", "/ws",
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  answer(403);
  EXPECT_EQ(ask(request).status, 403);
  answer(200);
  RawClient one = client();
  one.send(request);
  EXPECT_EQ(one.receive("GET").status, 101);
  EXPECT_FALSE(auth.last_request().has("Upgrade"));
}

TEST_F(ExternalAuth, TheConfigMapAsksForAll) {
  const FieldList settings{{"global-auth-url", auth_url("/global")},
                           {"global-auth-response-headers", "X-User"},
                           {"no-auth-locations", "/open,/health"}};
  IngressSpec spec;
  spec.name = "web";
  spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}, {"/open/door", "Prefix", "web", "80"}}}};
  IngressSpec out = spec;
  out.name = "out";
  out.rules = {{"out.test", {{"/", "Prefix", "web", "80"}}}};
  out.annotations = {{"enable-global-auth", "false"}};
  IngressSpec own = spec;
  own.name = "own";
  own.rules = {{"own.test", {{"/", "Prefix", "web", "80"}}}};
  own.annotations = {{"auth-url", auth_url("/own")}};
  folder.write("web.yaml", ingress(spec) + ingress(out) + ingress(own) + service_of("web", pod) +
                               config_map("headgate", settings));
  HeadgateOptions options;
  options.flags = {"--configmap=default/headgate"};
  headgate = std::make_unique<HeadgateProcess>(folder, options);
  answer(403);
  EXPECT_EQ(get().status, 403);
  EXPECT_EQ(auth.last_request().target, "/global");
  EXPECT_EQ(get("/open/door").status, 200);
  EXPECT_EQ(get("/open").status, 403) << "no path of an Ingress";
  EXPECT_EQ(ask(make_request("GET", "out.test", "/")).status, 200);
  EXPECT_EQ(ask(make_request("GET", "own.test", "/")).status, 403);
  EXPECT_EQ(auth.last_request().target, "/own");
  answer(200, "X-User: alice\r\n");
  EXPECT_EQ(get().status, 200);
  EXPECT_EQ(pod.last_request().field("X-User"), "alice");
}

TEST_F(ExternalAuth, AConfigMapThatCannotBeFollowedCloses) {
  start_annotated({}, {{"global-auth-url", "not a url"}});
  EXPECT_EQ(get().status, 503);
  EXPECT_TRUE(wait_for_finding("global-auth-url"));
}

TEST_F(ExternalAuth, StandsBehindTheAllowListAndTheRedirect) {
  start_auth({{"allowlist-source-range", "10.0.0.0/8"}});
  answer(200);
  EXPECT_EQ(get().status, 403);
  EXPECT_EQ(auth.request_count(), 0u);
}

}  // namespace
}  // namespace headgate::test_support
