// Fields of requests and answers by annotation and by ConfigMap: custom-headers, add-headers, hide-headers,
// proxy-set-headers and their like, against the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "integration/http2_fixture.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FieldSettings : public OnePodOverH2 {
 protected:
  // Host x.test with these annotations; `settings` of the ConfigMap, `more` documents.
  void start_with(const FieldList& annotations, const FieldList& settings = {},
                  const std::string& more = "") {
    IngressSpec spec;
    spec.name = "web";
    PathRule path;
    path.service = "web";
    spec.rules = {{"x.test", {path}}};
    spec.annotations = annotations;
    folder.write("web.yaml",
                 ingress(spec) + service_of("web", pod) + config_map("headgate", settings) + more);
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    options.access_log = (logs.path() / "access.log").string();
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  HttpResponse answered(std::string fields, const std::string& path = "/") {
    pod.set_handler([fields = std::move(fields)](BackendExchange& exchange) {
      exchange.read_body();
      exchange.send("HTTP/1.1 200 Fine\r\n" + fields + "Content-Length: 2\r\n\r\nok");
    });
    return headgate->get("x.test", path);
  }
  HttpRequest seen_by_pod(std::string_view fields, const std::string& target = "/p") {
    pod.forget_requests();
    EXPECT_EQ(ask(make_request("GET", "x.test", target, fields)).status, 200);
    EXPECT_TRUE(pod.wait_for_requests(1));
    return pod.last_request();
  }
  // The whole access log; Headgate has ended then.
  std::string log() {
    headgate.reset();
    std::ifstream file(logs.path() / "access.log");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  TempDir logs;
};

TEST_F(FieldSettings, CustomHeadersAreOnEveryAnswer) {
  start_with({{"custom-headers", "default/fields"}},
             {{"global-allowed-response-headers", "X-Team, X-Frame-Options"}, {"proxy-body-size", "4"}},
             config_map("fields", {{"X-Team", "shop"}, {"X-Frame-Options", "DENY"}}));
  const HttpResponse passed = answered("X-Team: pod\r\nX-Other: pod\r\n");
  EXPECT_EQ(passed.status, 200);
  EXPECT_EQ(passed.field("X-Team"), "shop");
  EXPECT_EQ(passed.count("X-Team"), 1u);
  EXPECT_EQ(passed.field("X-Frame-Options"), "DENY");
  EXPECT_EQ(passed.field("X-Other"), "pod");
  const HttpResponse refused =
      ask(make_request("POST", "x.test", "/", "Content-Length: 5\r\n", "hello"), "POST");
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.field("X-Team"), "shop") << "answers of our own, too";
}

TEST_F(FieldSettings, ACustomHeaderThatIsNotAllowedIs503) {
  start_with({{"custom-headers", "default/fields"}}, {{"global-allowed-response-headers", "X-Team"}},
             config_map("fields", {{"X-Team", "shop"}, {"X-Evil", "1"}}));
  EXPECT_EQ(headgate->get("x.test", "/").status, 503);
  EXPECT_EQ(pod.requests().size(), 0u);
  EXPECT_THAT(headgate->admin("/debug/findings").body,
              HasSubstr("ConfigMap default/fields: 'X-Evil' is not in global-allowed-response-headers; every "
                        "path of this Ingress answers 503"));
}

TEST_F(FieldSettings, ACustomHeadersConfigMapThatComesLaterCounts) {
  start_with({{"custom-headers", "default/fields"}}, {{"global-allowed-response-headers", "X-Team"}});
  EXPECT_EQ(headgate->get("x.test", "/").status, 503) << "it does not exist";
  folder.write("fields.yaml", config_map("fields", {{"X-Team", "shop"}}));
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200));
  EXPECT_EQ(headgate->get("x.test", "/").field("X-Team"), "shop");
  folder.remove("fields.yaml");
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 503));
}

TEST_F(FieldSettings, ACustomHeaderCannotBreakTheAnswer) {
  start_with({{"custom-headers", "default/fields"}}, {{"global-allowed-response-headers", "X-Team"}},
             "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: fields}\ndata: {X-Team: "
             "\"a\\r\\nX-Evil: 1\"}\n");
  EXPECT_EQ(headgate->get("x.test", "/").status, 503);
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("holds a line break"));
}

TEST_F(FieldSettings, AddHeadersAreOnAnswersOfEveryHost) {
  start_with(
      {{"custom-headers", "fields"}},
      {{"add-headers", "default/site"}, {"global-allowed-response-headers", "X-Both"}},
      config_map(
          "site",
          {{"X-Site", "one"}, {"X-Both", "site"}, {"Content-Type", "text/x"}, {"Content-Length", "7"}}) +
          config_map("fields", {{"X-Both", "ingress"}}));
  const HttpResponse unknown = headgate->get("nobody.test", "/");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.field("X-Site"), "one");
  EXPECT_EQ(unknown.field("X-Both"), "site");
  EXPECT_EQ(unknown.field("Content-Type"), "text/x");
  EXPECT_EQ(unknown.count("Content-Type"), 1u);
  EXPECT_EQ(unknown.count("Content-Length"), 1u);
  const HttpResponse passed = answered("X-Site: pod\r\nContent-Type: text/plain\r\n");
  EXPECT_EQ(passed.field("X-Site"), "one");
  EXPECT_EQ(passed.count("X-Site"), 1u);
  EXPECT_EQ(passed.field("X-Both"), "ingress") << "the Ingress knows better";
  EXPECT_EQ(passed.field("Content-Length"), "2");
  EXPECT_EQ(passed.body, "ok");
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("'Content-Length' is not to be set"));
}

TEST_F(FieldSettings, CorsCountsMoreThanAddHeadersAndLessThanCustomHeaders) {
  start_with({{"enable-cors", "true"}, {"cors-max-age", "7"}, {"custom-headers", "fields"}},
             {{"add-headers", "default/site"}, {"global-allowed-response-headers", "Access-Control-Max-Age"}},
             config_map("site", {{"Access-Control-Allow-Origin", "https://site.test"}}) +
                 config_map("fields", {{"Access-Control-Max-Age", "9"}}));
  const HttpResponse passed = answered("");
  EXPECT_EQ(passed.field("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(passed.count("Access-Control-Allow-Origin"), 1u);
  EXPECT_EQ(passed.field("Access-Control-Max-Age"), "9");
  EXPECT_EQ(passed.count("Access-Control-Max-Age"), 1u);
  EXPECT_EQ(headgate->get("nobody.test", "/").field("Access-Control-Allow-Origin"), "https://site.test");
}

TEST_F(FieldSettings, HideHeadersDropsThePodsFields) {
  start_with({}, {{"hide-headers", "X-Powered-By, x-internal"}});
  const HttpResponse passed = answered("x-powered-by: pods\r\nX-Internal: 1\r\nX-Fine: 1\r\n");
  EXPECT_FALSE(passed.has("X-Powered-By"));
  EXPECT_FALSE(passed.has("X-Internal"));
  EXPECT_TRUE(passed.has("X-Fine"));
}

TEST_F(FieldSettings, TheServerFieldIsAsTheSettingsSay) {
  start_with({}, {{"allow-backend-server-header", "true"}, {"server-tokens", "true"}});
  EXPECT_EQ(answered("Server: pod/1\r\n").field("Server"), "pod/1");
  EXPECT_EQ(answered("").field("Server"), "headgate");
  EXPECT_EQ(headgate->get("nobody.test", "/").field("Server"), "headgate");
}

TEST_F(FieldSettings, ProxySetHeadersReplacesWhatPodsAreTold) {
  start_with({}, {{"proxy-set-headers", "default/request"}, {"proxy-add-original-uri-header", "true"}},
             config_map("request", {{"X-Asked", "$request_method $host$request_uri"},
                                    {"X-Forwarded-Proto", "https"},
                                    {"X-Client", ""},
                                    {"X-Bad", "$no_such_variable"}}));
  const HttpRequest seen = seen_by_pod("X-Asked: evil\r\nX-Client: 1\r\nX-Original-URI: /evil\r\n", "/p?q=1");
  EXPECT_EQ(seen.field("X-Asked"), "GET x.test/p?q=1");
  EXPECT_EQ(seen.count("X-Asked"), 1u);
  EXPECT_EQ(seen.field("X-Forwarded-Proto"), "https");
  EXPECT_EQ(seen.count("X-Forwarded-Proto"), 1u);
  EXPECT_FALSE(seen.has("X-Client"));
  EXPECT_FALSE(seen.has("X-Bad"));
  EXPECT_EQ(seen.field("X-Original-URI"), "/p?q=1");
  EXPECT_EQ(seen.count("X-Original-URI"), 1u);
  EXPECT_THAT(headgate->admin("/debug/findings").body,
              HasSubstr("the variable '$no_such_variable' is not known; the field is left out"));
}

TEST_F(FieldSettings, WithoutGeneratedRequestIdsTheClientsOwnPasses) {
  start_with({}, {{"generate-request-id", "false"}});
  EXPECT_FALSE(seen_by_pod("").has("X-Request-ID"));
  EXPECT_EQ(seen_by_pod("X-Request-ID: mine\r\n").field("X-Request-ID"), "mine");
}

TEST_F(FieldSettings, UnderscoresPassWhereTheyCannotBeMistaken) {
  start_with({}, {{"enable-underscores-in-headers", "true"}});
  const HttpRequest seen =
      seen_by_pod("my_field: 1\r\nX_Forwarded_For: 6.6.6.6\r\nSSL_Client_Verify: SUCCESS\r\n");
  EXPECT_EQ(seen.field("my_field"), "1");
  EXPECT_FALSE(seen.has("X_Forwarded_For"));
  EXPECT_FALSE(seen.has("SSL_Client_Verify"));
}

TEST_F(FieldSettings, UnderscoresDoNotPassForFieldsThatAreSet) {
  start_with({}, {{"enable-underscores-in-headers", "true"}, {"proxy-set-headers", "default/sent"}},
             config_map("sent", {{"X-Tier", "gold"}, {"X-Nothing", ""}}));
  const HttpRequest seen = seen_by_pod("X_Tier: iron\r\nx_nothing: 1\r\nX_Mine: m\r\n");
  EXPECT_EQ(seen.field("X-Tier"), "gold");
  EXPECT_FALSE(seen.has("X_Tier"));
  EXPECT_FALSE(seen.has("X_Nothing"));
  EXPECT_EQ(seen.field("X_Mine"), "m");
}

TEST_F(FieldSettings, UnusualNamesDoNotReachThePod) {
  start_with({}, {{"enable-underscores-in-headers", "true"}});
  const HttpRequest seen =
      seen_by_pod("X.Dot: 1\r\nX.Under_Score: 1\r\n!odd: 1\r\nmy_field: 1\r\nX-Fine: 1\r\n");
  for (const char* name : {"X.Dot", "X.Under_Score", "!odd"}) EXPECT_FALSE(seen.has(name)) << name;
  EXPECT_EQ(seen.field("my_field"), "1");
  EXPECT_EQ(seen.field("X-Fine"), "1");
}

TEST_F(FieldSettings, UnusualNamesPassWhereTheyCannotBeMistaken) {
  start_with({}, {{"ignore-invalid-headers", "false"}, {"proxy-set-headers", "default/sent"}},
             config_map("sent", {{"X-Tier", "gold"}}));
  const HttpRequest seen = seen_by_pod(
      "X.Dot: 1\r\nmy_field: 2\r\nX.Forwarded.For: 6.6.6.6\r\nSSL~Client~Verify: SUCCESS\r\nX.Tier: "
      "iron\r\n");
  EXPECT_EQ(seen.field("X.Dot"), "1");
  EXPECT_EQ(seen.field("my_field"), "2") << "to nginx an underscore is invalid, too";
  EXPECT_EQ(seen.field("X-Tier"), "gold");
  for (const char* name : {"X.Forwarded.For", "SSL~Client~Verify", "X.Tier"})
    EXPECT_FALSE(seen.has(name)) << name;
}

TEST_F(FieldSettings, NamesThatAreNoneAreRefusedWhateverIsSaid) {
  for (const char* value : {"true", "false"}) {
    start_with({}, {{"ignore-invalid-headers", value}});
    EXPECT_EQ(headgate->get("x.test", "/", "X Y: 1\r\n").status, 400) << value;
  }
}

TEST_F(FieldSettings, AValueThatIsNeitherIsOneFinding) {
  start_with({}, {{"ignore-invalid-headers", "maybe"}});
  EXPECT_TRUE(headgate->wait_for_finding("data.ignore-invalid-headers: 'maybe'"));
  EXPECT_FALSE(seen_by_pod("X.Dot: 1\r\n").has("X.Dot"));
}

TEST_F(FieldSettings, ConnectionToThePodIsAsTheAnnotationSays) {
  start_with({{"connection-proxy-header", "keep-alive"}});
  const HttpRequest seen = seen_by_pod("Connection: upgrade\r\nUpgrade: websocket\r\n");
  EXPECT_EQ(seen.field("Connection"), "keep-alive");
  EXPECT_FALSE(seen.has("Upgrade")) << "no WebSockets with it";
}

TEST_F(FieldSettings, RedirectsAndCookiesOfPodsAreRewritten) {
  start_with({{"proxy-redirect-from", "http://pod/"},
              {"proxy-redirect-to", "https://x.test/"},
              {"proxy-cookie-path", "/app /"},
              {"proxy-cookie-domain", "pod.internal x.test"}});
  const HttpResponse passed = answered(
      "Location: http://pod/next\r\nSet-Cookie: a=1; Path=/app; Domain=pod.internal\r\n"
      "Set-Cookie: b=2; Path=/\r\n");
  EXPECT_EQ(passed.field("Location"), "https://x.test/next");
  EXPECT_EQ(passed.count("Location"), 1u);
  std::vector<std::string> cookies;
  for (const auto& [name, value] : passed.fields)
    if (name == "Set-Cookie") cookies.push_back(value);
  EXPECT_THAT(cookies, ::testing::UnorderedElementsAre("a=1; Path=/; Domain=x.test", "b=2; Path=/"));
}

TEST_F(FieldSettings, TheConfigMapsCookiePathCountsUnlessTheIngressSaysOff) {
  start_with({{"proxy-cookie-path", "off"}}, {{"proxy-cookie-path", "/app /"}});
  EXPECT_EQ(answered("Set-Cookie: a=1; Path=/app\r\n").field("Set-Cookie"), "a=1; Path=/app");
}

TEST_F(FieldSettings, AnAnswerIsAsSlowAsTheAnnotationSays) {
  // 8 KiB at once, then 16 KiB a second, the first of which are given at once, too.
  start_with({{"limit-rate", "16"}, {"limit-rate-after", "8"}});
  const std::string content(48 * 1024, 'x');
  pod.set_handler([&content](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
                  content);
  });
  const auto begin = std::chrono::steady_clock::now();
  const HttpResponse slow = headgate->get("x.test", "/");
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(slow.body, content);
  EXPECT_GE(took, std::chrono::milliseconds(1400)) << "24 KiB of it are above what is given at once";

  H2Connected h2 = connect();
  const auto begin_h2 = std::chrono::steady_clock::now();
  const H2Response slow_h2 = h2.get("/");
  const auto took_h2 = std::chrono::steady_clock::now() - begin_h2;
  EXPECT_EQ(slow_h2.body, content);
  EXPECT_GE(took_h2, std::chrono::milliseconds(1400)) << "each stream has its own pace";
}

TEST_F(FieldSettings, ACompressedAnswerIsAsSlowAsWhatTheClientGetsOfIt) {
  // A KiB a second: 512 KiB as the pod sends it would take nine minutes.
  start_with({{"limit-rate", "1"}}, {{"use-gzip", "true"}});
  const std::string content(512 * 1024, 'x');
  pod.set_handler([&content](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                  std::to_string(content.size()) + "\r\n\r\n" + content);
  });
  const HttpResponse packed = ask(make_request("GET", "x.test", "/", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(packed.field("Content-Encoding"), "gzip");
  EXPECT_EQ(packed.problem, "");
  EXPECT_LT(packed.body.size(), 16u * 1024);
}

TEST_F(FieldSettings, SomeUrlsAreNotInTheAccessLog) {
  start_with({}, {{"skip-access-log-urls", "/healthz, /quiet"}});
  for (const char* path : {"/healthz", "/quiet?x=1", "/loud", "/healthz/more"}) headgate->get("x.test", path);
  const std::string text = log();
  EXPECT_THAT(text, Not(HasSubstr("GET /healthz HTTP")));
  EXPECT_THAT(text, Not(HasSubstr("GET /quiet")));
  EXPECT_THAT(text, HasSubstr("GET /loud HTTP"));
  EXPECT_THAT(text, HasSubstr("GET /healthz/more HTTP"));
}

TEST_F(FieldSettings, AnIngressMayBeLeftOutOfTheAccessLog) {
  start_with({{"enable-access-log", "false"}}, {{"enable-access-log-for-default-backend", "true"}});
  headgate->get("x.test", "/mine");
  headgate->get("nobody.test", "/other");
  const std::string text = log();
  EXPECT_THAT(text, Not(HasSubstr("GET /mine")));
  EXPECT_THAT(text, HasSubstr("GET /other"));
}

TEST_F(FieldSettings, TheAccessLogCanBeSwitchedOff) {
  start_with({}, {{"disable-access-log", "true"}});
  headgate->get("x.test", "/mine");
  EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace headgate::test_support
