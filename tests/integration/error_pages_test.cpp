// Errors that a default backend words, and requests that it gets in place of a Service without endpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/http2_fixture.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ErrorPages : public OnePodOverH2 {
 protected:
  ErrorPages() {
    fallback.set_handler([](BackendExchange& exchange) {
      const std::string code = exchange.request().field("X-Code").value_or("200");
      exchange.respond(std::stoi(code), "page for " + code, "X-Page: yes\r\n");
    });
    pod.set_handler([](BackendExchange& exchange) {
      const std::string& target = exchange.request().target;
      const int status = target.size() == 4 ? std::stoi(target.substr(1)) : 200;
      exchange.respond(status, "own " + std::to_string(status));
    });
  }
  void start_annotated(const FieldList& annotations, const FieldList& settings = {},
                       bool global_backend = false, bool with_pod = true) {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("web.yaml", ingress(spec) + (with_pod ? service_of("web", pod) : service_at("web", {})) +
                                 service_of("fallback", fallback) + config_map("headgate", settings));
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    if (global_backend) options.flags.emplace_back("--default-backend-service=default/fallback");
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  [[nodiscard]] HttpResponse get(std::string_view path, std::string_view fields = "") const {
    return ask(make_request("GET", "x.test", path, fields));
  }
  EchoBackend fallback{"fallback"};
};

const FieldList kBoth{{"custom-http-errors", "404,503"}, {"default-backend", "fallback"}};

TEST_F(ErrorPages, TheDefaultBackendWordsErrorsOfPods) {
  start_annotated(kBoth);
  const HttpResponse response = get("/404", "Accept: text/css\r\nX-Code: 200\r\nX-Mine: m\r\n");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "page for 404");
  const HttpRequest seen = fallback.last_request();
  EXPECT_EQ(seen.start_line, "GET / HTTP/1.1");
  EXPECT_EQ(seen.field("Host"), "x.test");
  EXPECT_EQ(seen.field("X-Code"), "404");
  EXPECT_EQ(seen.count("X-Code"), 1u);
  EXPECT_EQ(seen.field("X-Format"), "text/css");
  EXPECT_EQ(seen.field("X-Original-URI"), "/404");
  EXPECT_EQ(seen.field("X-Namespace"), "default");
  EXPECT_EQ(seen.field("X-Ingress-Name"), "web");
  EXPECT_EQ(seen.field("X-Service-Name"), "web");
  EXPECT_EQ(seen.field("X-Service-Port"), "80");
  EXPECT_EQ(seen.field("X-Request-ID"), pod.last_request().field("X-Request-ID"));
  EXPECT_EQ(seen.field("X-Mine"), "m");
  EXPECT_EQ(get("/500").body, "own 500") << "not in the list";
  EXPECT_EQ(get("/200").body, "own 200");
  EXPECT_EQ(fallback.request_count(), 1u);
}

TEST_F(ErrorPages, TheClientGetsTheStatusOfTheDefaultBackend) {
  start_annotated(kBoth);
  fallback.set_handler([](BackendExchange& exchange) { exchange.respond(200, "all is well"); });
  EXPECT_EQ(get("/503").status, 200);
  fallback.set_handler([](BackendExchange& exchange) { exchange.respond(404, "none"); });
  EXPECT_EQ(get("/503").body, "none") << "its own errors are not worded again";
}

TEST_F(ErrorPages, MethodsStayAndContentGoes) {
  start_annotated(kBoth);
  for (int i = 0; i < 3; ++i) {
    RawClient one = client();
    one.send("POST /404 HTTP/1.1\r\nHost: x.test\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(one.receive("POST").body, "page for 404");
    one.send("HEAD /404 HTTP/1.1\r\nHost: x.test\r\n\r\n");
    const HttpResponse head = one.receive("HEAD");
    EXPECT_EQ(head.status, 404);
    EXPECT_EQ(head.body, "");
  }
  const auto requests = fallback.requests();
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].field("Content-Length"), "0");
  EXPECT_EQ(requests[1].method, "HEAD");
  EXPECT_EQ(fallback.connection_count(), 1u);
}

TEST_F(ErrorPages, OwnErrorsToo) {
  start_annotated({{"custom-http-errors", "403,413"},
                   {"default-backend", "fallback"},
                   {"allowlist-source-range", "127.0.0.1/32"}},
                  {{"proxy-body-size", "10"}});
  EXPECT_EQ(ask("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 11\r\n\r\nxxxxxxxxxxx", "POST").body,
            "page for 413");
  headgate.reset();
  start_annotated({{"custom-http-errors", "403"},
                   {"default-backend", "fallback"},
                   {"allowlist-source-range", "10.0.0.0/8"}});
  EXPECT_EQ(get("/").body, "page for 403");
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(ErrorPages, APodThatFailsIsWordedToo) {
  start_annotated({{"custom-http-errors", "502"}, {"default-backend", "fallback"}});
  pod.set_handler([](BackendExchange& exchange) { exchange.reset(); });
  EXPECT_EQ(get("/").body, "page for 502");
}

TEST_F(ErrorPages, DeniedByTheAuthServiceKeepsItsFields) {
  EchoBackend auth("auth", [](BackendExchange& exchange) {
    exchange.send("HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n");
  });
  start_annotated({{"auth-url", "http://127.0.0.1:" + std::to_string(auth.port())},
                   {"custom-http-errors", "401"},
                   {"default-backend", "fallback"}});
  fallback.set_handler([](BackendExchange& exchange) { exchange.respond(200, "please sign in"); });
  const HttpResponse response = get("/");
  EXPECT_EQ(response.status, 200) << "the status is the default backend's";
  EXPECT_EQ(response.body, "please sign in");
  EXPECT_EQ(response.field("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(pod.request_count(), 0u) << "whatever the default backend says, the pod is not asked";
}

TEST_F(ErrorPages, OfPodsPassWhereTheyAreNotIntercepted) {
  start_annotated({{"custom-http-errors", "404,403"},
                   {"default-backend", "fallback"},
                   {"disable-proxy-intercept-errors", "true"}});
  EXPECT_EQ(get("/404").body, "own 404");
}

TEST_F(ErrorPages, RequestsForAServiceWithoutEndpointsGoThere) {
  start_annotated({{"default-backend", "fallback"}}, {}, false, false);
  const HttpResponse response =
      ask("POST /path?q=1 HTTP/1.1\r\nHost: x.test\r\nContent-Length: 4\r\n\r\nbody", "POST");
  EXPECT_EQ(response.status, 503) << "this one echoes X-Code";
  EXPECT_EQ(fallback.last_request().start_line, "POST /path?q=1 HTTP/1.1");
  EXPECT_TRUE(eventually([&] { return fallback.last_request().body == "body"; }));
  EXPECT_EQ(fallback.last_request().field("X-Code"), "503");
  fallback.set_handler({});
  EXPECT_EQ(get("/x").status, 200);
}

TEST_F(ErrorPages, TheConfigMapAndTheGlobalBackend) {
  start_annotated({}, {{"custom-http-errors", "404,418"}}, true);
  EXPECT_EQ(get("/404").body, "page for 404");
  EXPECT_EQ(get("/503").body, "own 503");
  headgate.reset();
  start_annotated({{"custom-http-errors", "503"}}, {{"custom-http-errors", "404"}}, true);
  EXPECT_EQ(get("/404").body, "own 404") << "the annotation counts in place of the ConfigMap";
  EXPECT_EQ(get("/503").body, "page for 503");
}

TEST_F(ErrorPages, WithoutADefaultBackendErrorsStayAsTheyAre) {
  start_annotated({{"custom-http-errors", "404"}, {"default-backend", "missing"}});
  EXPECT_EQ(get("/404").body, "own 404");
}

TEST_F(ErrorPages, AListThatNobodyWordsIsAFinding) {
  const auto findings = [this] { return headgate->admin("/debug/findings").body; };
  constexpr auto kStay = "these errors stay as they are";
  start_annotated({}, {{"custom-http-errors", "404"}});
  EXPECT_EQ(get("/404").body, "own 404");
  EXPECT_TRUE(headgate->wait_for_finding(
      "data.custom-http-errors: has no effect for Ingresses without the annotation"));
  EXPECT_THAT(findings(), HasSubstr(kStay));
  start_annotated({{"custom-http-errors", "404"}});
  EXPECT_EQ(get("/404").body, "own 404");
  EXPECT_TRUE(headgate->wait_for_finding("custom-http-errors]: has no effect: there is neither"));
  start_annotated(kBoth);
  EXPECT_THAT(findings(), Not(HasSubstr(kStay)));
  start_annotated({{"custom-http-errors", "503"}}, {{"custom-http-errors", "404"}}, true);
  EXPECT_THAT(findings(), Not(HasSubstr(kStay)));
}

TEST_F(ErrorPages, ADefaultBackendThatFailsIsABadGateway) {
  start_annotated(kBoth);
  fallback.set_handler([](BackendExchange& exchange) { exchange.reset(); });
  EXPECT_EQ(get("/404").status, 502);
  EXPECT_EQ(get("/200").status, 200);
}

TEST_F(ErrorPages, LargeErrorsOfPodsAreCutShort) {
  start_annotated(kBoth);
  pod.set_handler(
      send_then_close("HTTP/1.1 404 X\r\nContent-Length: 10000000\r\n\r\n" + std::string(100000, 'x')));
  EXPECT_EQ(get("/404").body, "page for 404");
}

TEST_F(ErrorPages, BadListsCostTheIngress) {
  for (const std::string list : {"404,200", "4xx", "600", "404;503"}) {
    start_annotated({{"custom-http-errors", list}});
    EXPECT_EQ(get("/200").status, 404) << list;
    headgate.reset();
  }
  start_annotated({{"default-backend", "Not A Name"}});
  EXPECT_EQ(get("/200").status, 404);
}

TEST_F(ErrorPages, WorkForHttp2) {
  start_annotated(kBoth);
  H2Connected h2 = connect();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(h2.get("/404").body, "page for 404");
  const std::uint32_t stream = h2.begin("POST", "/404");
  h2->send_body(stream, std::string(10, 'x'));
  EXPECT_EQ(h2->receive(stream).body, "page for 404");
  EXPECT_EQ(h2.get("/200").body, "own 200");
}

}  // namespace
}  // namespace headgate::test_support
