// Formats of the access log that the ConfigMap says, against the real binary: the lines are read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using Json = nlohmann::json;
using namespace std::string_literals;

// The one of ingress-nginx's documentation, and more.
constexpr std::string_view kJsonFormat =
    R"({"time": "$time_iso8601", "remote_addr": "$remote_addr", "x_forwarded_for": "$proxy_add_x_forwarded_for", )"
    R"("request_id": "$req_id", "remote_user": "$remote_user", "bytes_sent": $bytes_sent, )"
    R"("request_time": $request_time, "status": $status, "vhost": "$host", "request_proto": "$server_protocol", )"
    R"("path": "$uri", "request_query": "$args", "request_length": $request_length, "method": "$request_method", )"
    R"("http_referrer": "$http_referer", "http_user_agent": "$http_user_agent", "a": "$arg_a", "sid": "$cookie_sid", )"
    R"("x": "$http_x_team", "sent": "$sent_http_x_pod", "type": "$sent_http_content_type", )"
    R"("length": "$sent_http_content_length", "pod": "$upstream_http_x_pod", "upstream": "$upstream_addr", )"
    R"("upstream_status": "$upstream_status", "name": "$proxy_upstream_name", "ingress": "$namespace/$ingress_name", )"
    R"("service": "$service_name:$service_port", "location": "$location_path", "connection": $connection, )"
    R"("requests": $connection_requests, "request": "$request"})";

// A ConfigMap whose values may have quotes and backslashes.
std::string settings_of(const FieldList& data) {
  std::string text = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: headgate}\ndata:\n";
  for (const auto& [key, value] : data) text += "  " + key + ": '" + value + "'\n";
  return text;
}

class LogFormats : public OnePod {
 protected:
  void start_with(const FieldList& settings) {
    folder.write("settings.yaml", settings_of(settings));
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    options.access_log = (logs.path() / "access.log").string();
    start(options);
  }
  [[nodiscard]] std::string text() const {
    std::ifstream file(logs.path() / "access.log");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // All lines; Headgate has ended then.
  std::vector<std::string> lines() {
    headgate.reset();
    std::vector<std::string> found;
    std::istringstream all(text());
    for (std::string line; std::getline(all, line);) found.push_back(line);
    return found;
  }
  std::string only_line() {
    const std::vector<std::string> all = lines();
    EXPECT_EQ(all.size(), 1u) << text();
    return all.empty() ? std::string() : all.front();
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }

  TempDir logs;
};

TEST_F(LogFormats, TheDefaultOneNamesTheUser) {
  start_with({});
  headgate->get("x.test", "/a", "Authorization: Basic YW5uOnNlY3JldA==\r\nX-Request-ID: one\r\n");
  EXPECT_THAT(only_line(),
              MatchesRegex("127.0.0.1 - ann \\[.*\\] \"GET /a HTTP/1.1\" 200 [0-9]+ \"-\" \"-\" [0-9]+ "
                           "[0-9.]+ \\[default-web-80\\] \\[\\] 127.0.0.1:[0-9]+ [0-9]+ [0-9.]+ 200 one"));
}

TEST_F(LogFormats, CredentialsThatNameNobodyAreADash) {
  start_with({{"log-format-upstream", "<$remote_user>"}});
  for (const char* value :
       {"Basic", "Basic !!!", "Basic YW5u", "Bearer YW5uOnNlY3JldA==", "Basic OnNlY3JldA=="})
    headgate->get("x.test", "/", "Authorization: " + std::string(value) + "\r\n");
  headgate->get("x.test", "/", "Authorization: bASIC  YSJiCmM6eA\r\n");
  const std::vector<std::string> all = lines();
  ASSERT_EQ(all.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(all[i], "<->");
  EXPECT_EQ(all[5], "<a\\x22b\\x0Ac>");
}

TEST_F(LogFormats, DigestCredentialsNameAUserToo) {
  start_with({{"log-format-upstream", "<$remote_user>"}});
  for (const char* value :
       {R"(Digest username="ann", realm="x", nonce="", uri="/", response="")",
        R"(DIGEST response="",username="a\"b")", R"(Digest realm="x")",
        R"(Digest username="0123456789abcdef", userhash=true)", R"(Digest username="ann)"})
    headgate->get("x.test", "/", "Authorization: " + std::string(value) + "\r\n");
  EXPECT_EQ(lines(), (std::vector<std::string>{"<ann>", "<a\\x22b>", "<->", "<->", "<->"}));
}

TEST_F(LogFormats, AJsonLineIsJsonAndTrue) {
  start_with({{"log-format-upstream", std::string(kJsonFormat)}, {"log-format-escape-json", "true"}});
  pod.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send(
        "HTTP/1.1 201 Made\r\nX-Pod: a \"quoted\" one\r\nContent-Length: 2\r\nContent-Type: x/y\r\n\r\nok");
  });
  EXPECT_EQ(ask("GET /caf%C3%A9//b?a=1&b=%22 HTTP/1.1\r\nHost: X.test\r\nUser-Agent: curl\r\nReferer: "
                "http://\"\\\r\n"
                "Cookie: other=1; sid=a\"b\r\nX-Team: one\r\nx-team: two\r\nX-Forwarded-For: 10.1.1.1\r\n"
                "X-Request-ID: id\r\nConnection: close\r\n\r\n")
                .status,
            201);
  const std::string line = only_line();
  const Json json = Json::parse(line, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << line;
  EXPECT_EQ(json["remote_addr"], "127.0.0.1");
  EXPECT_EQ(json["x_forwarded_for"], "10.1.1.1, 127.0.0.1");
  EXPECT_EQ(json["request_id"], "id");
  EXPECT_EQ(json["remote_user"], "");
  EXPECT_GT(json["bytes_sent"], 2);
  EXPECT_EQ(json["status"], 201);
  EXPECT_EQ(json["vhost"], "x.test");
  EXPECT_EQ(json["request_proto"], "HTTP/1.1");
  EXPECT_EQ(json["path"], "/caf\xc3\xa9/b");
  EXPECT_EQ(json["request_query"], "a=1&b=%22");
  EXPECT_EQ(json["method"], "GET");
  EXPECT_EQ(json["http_referrer"], "http://\"\\");
  EXPECT_EQ(json["http_user_agent"], "curl");
  EXPECT_EQ(json["a"], "1");
  EXPECT_EQ(json["sid"], "a\"b");
  EXPECT_EQ(json["x"], "one, two");
  EXPECT_EQ(json["sent"], "a \"quoted\" one");
  EXPECT_EQ(json["type"], "x/y");
  EXPECT_EQ(json["length"], "2");
  EXPECT_EQ(json["pod"], "a \"quoted\" one");
  EXPECT_EQ(json["upstream"], "127.0.0.1:" + std::to_string(pod.port()));
  EXPECT_EQ(json["upstream_status"], "201");
  EXPECT_EQ(json["name"], "default-web-80");
  EXPECT_EQ(json["ingress"], "default/web");
  EXPECT_EQ(json["service"], "web:80");
  EXPECT_EQ(json["location"], "/");
  EXPECT_EQ(json["requests"], 1);
  EXPECT_EQ(json["request"], "GET /caf%C3%A9//b?a=1&b=%22 HTTP/1.1");
  EXPECT_THAT(json["time"].get<std::string>(),
              MatchesRegex("20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9:]+[+-][0-9][0-9]:[0-9][0-9]"));
}

TEST_F(LogFormats, NoRequestBreaksOutOfAJsonLine) {
  start_with({{"log-format-upstream", std::string(kJsonFormat)}, {"log-format-escape-json", "true"}});
  const std::vector<std::string> hostile = {
      "GET /?a=\",\"status\":1,\"x\":\" HTTP/1.1\r\nHost: x.test\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nUser-Agent: a\", \"status\": 1, \"x\": \"\\\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nUser-Agent: \xff\xfe\x80 \xc3\r\nReferer: caf\xe9\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nUser-Agent: a\tb\r\nCookie: sid=\\\\\"\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nX-Team: " + std::string(4000, '"') + "\r\n\r\n",
      "\x16\x03\x01\x02\"\\ / HTTP/1.1\r\n\r\n",
      "GET /\0\x01\x1f\x7f HTTP/1.1\r\nHost: x.test\r\n\r\n"s,
      "GET /%00 HTTP/1.1\r\nHost: \"x\"\r\n\r\n",
      "GET /%22%5c%0a HTTP/1.1\r\nHost: x.test\r\n\r\n",
      "\"\\\r\n\r\n",
      "GET /" + std::string(9000, '\\') + " HTTP/1.1\r\nHost: x.test\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x.test\r\nAuthorization: Basic Iix9CgA6eA==\r\n\r\n",
  };
  for (const std::string& request : hostile) EXPECT_NE(ask(request).status, 0);
  const std::vector<std::string> all = lines();
  EXPECT_EQ(all.size(), hostile.size());
  for (const std::string& line : all) {
    const Json json = Json::parse(line, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    EXPECT_EQ(json.size(), Json::parse(all.front()).size()) << line;
    EXPECT_GE(json["status"], 200) << line;
  }
  ASSERT_GE(all.size(), 3u);
  EXPECT_EQ(Json::parse(all[2])["http_user_agent"], "\xc3\xbf\xc3\xbe\xc2\x80 \xc3\x83");
  EXPECT_EQ(Json::parse(all[2])["http_referrer"], "caf\xc3\xa9");
}

TEST_F(LogFormats, TheDefaultOneIsEscapedForJsonToo) {
  start_with({{"log-format-escape-json", "true"}});
  headgate->get("x.test", "/", "User-Agent: a\"b\r\nX-Request-ID: one\r\n");
  EXPECT_THAT(only_line(),
              MatchesRegex("127.0.0.1 -  \\[.*\\] \"GET / HTTP/1.1\" 200 [0-9]+ \"\" \"a\\\\\"b\" .*"));
}

TEST_F(LogFormats, WithoutEscapesValuesAreAsTheyCame) {
  start_with({{"log-format-upstream", "$http_user_agent|$http_referer|"},
              {"log-format-escape-json", "true"},
              {"log-format-escape-none", "true"}});
  headgate->get("x.test", "/", "User-Agent: a\"\\\xff\r\n");
  EXPECT_EQ(only_line(), "a\"\\\xff||");
}

TEST_F(LogFormats, FieldsWithUnderscoresCountWhereTheyArePassedOn) {
  start_with({{"log-format-upstream", "$http_x_team"}});
  headgate->get("x.test", "/", "X_Team: one\r\n");
  EXPECT_EQ(only_line(), "-");
}

TEST_F(LogFormats, AFormatThatChangesCountsFromThenOn) {
  start_with({{"log-format-upstream", "first $request_uri"}});
  headgate->get("x.test", "/1");
  folder.write("settings.yaml", settings_of({{"log-format-upstream", "second $request_uri"}}));
  EXPECT_TRUE(eventually([&] {
    headgate->get("x.test", "/2");
    return text().find("second /2") != std::string::npos;
  }));
  folder.write("settings.yaml", settings_of({{"keep-alive", "75"}}));
  EXPECT_TRUE(eventually([&] {
    headgate->get("x.test", "/3");
    return text().find("\"GET /3 HTTP/1.1\" 200") != std::string::npos;
  }));
  EXPECT_THAT(text(), HasSubstr("first /1\n"));
}

TEST_F(LogFormats, OneWithAnUnknownVariableIsToldAndTheDefaultStays) {
  start_with({{"log-format-upstream", "$status $geoip2_city_name"}});
  EXPECT_THAT(findings(), HasSubstr("data.log-format-upstream: the variable '$geoip2_city_name' is not known "
                                    "here; the default is used"));
  headgate->get("x.test", "/");
  EXPECT_THAT(only_line(), HasSubstr("] \"GET / HTTP/1.1\" 200 "));
}

TEST_F(LogFormats, AnswersOfOurOwnHaveTheirFields) {
  start_with(
      {{"log-format-upstream",
        "$status $sent_http_content_type $sent_http_content_length $upstream_addr [$upstream_http_x] $uri"}});
  const HttpResponse answer = ask("GET /a\\..\\b HTTP/1.1\r\nHost: x.test\r\n\r\n");
  EXPECT_EQ(only_line(),
            std::to_string(answer.status) + " text/html " + std::to_string(answer.body.size()) + " - [-] -");
}

TEST_F(LogFormats, RequestsForHostsOfNobodyHaveLinesWhereTheyAreAskedFor) {
  start_with({{"log-format-upstream", "$status $host $proxy_upstream_name"}});
  EXPECT_EQ(headgate->get("nobody.test", "/").status, 404);
  folder.write("settings.yaml", settings_of({{"log-format-upstream", "on $status $host $server_name"},
                                             {"enable-access-log-for-default-backend", "true"}}));
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(headgate->get("nobody.test", "/").status, 404);
    return text().find("on 404 nobody.test _\n") != std::string::npos;
  }));
  EXPECT_THAT(text(), Not(HasSubstr("\n404 nobody")));
  EXPECT_THAT(text(), Not(::testing::StartsWith("404 ")));
}

TEST_F(LogFormats, HeadsMayBeAsLargeAsTheSettingsSay) {
  start_with({{"log-format-upstream", "$status"}, {"large-client-header-buffers", "3 20k"}});
  const auto status_of = [&](std::size_t target, std::size_t field) {
    return ask("GET /" + std::string(target, 'a') + " HTTP/1.1\r\nHost: x.test\r\nX-Long: " +
               std::string(field, 'b') + "\r\nX-Longer: " + std::string(field, 'b') +
               "\r\nX-Longest: " + std::string(field, 'b') + "\r\n\r\n")
        .status;
  };
  EXPECT_EQ(status_of(20000, 1), 200);
  EXPECT_EQ(status_of(20480, 1), 414);
  EXPECT_EQ(status_of(1, 20000), 200);
  EXPECT_EQ(status_of(1, 20480), 431);
  EXPECT_EQ(status_of(20000, 20000), 431) << "more than three lines' worth";
  folder.write("settings.yaml", settings_of({{"large-client-header-buffers", "4 1k"}}));
  EXPECT_TRUE(eventually([&] { return status_of(1100, 1) == 414; }));
  EXPECT_EQ(status_of(900, 900), 200);
}

TEST_F(LogFormats, ConnectionsHaveNumbers) {
  start_with({{"log-format-upstream",
               "$connection $connection_requests $remote_port $server_port $scheme [$https]"}});
  {
    RawClient one = client();
    one.exchange(make_request("GET", "x.test", "/"));
    one.exchange(make_request("GET", "x.test", "/"));
  }
  headgate->get("x.test", "/");
  const std::string port = std::to_string(headgate->http_port());
  const std::vector<std::string> all = lines();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0], MatchesRegex("[0-9]+ 1 [0-9]+ " + port + " http \\[\\]"));
  EXPECT_THAT(all[1], MatchesRegex("[0-9]+ 2 [0-9]+ " + port + " http \\[\\]"));
  EXPECT_THAT(all[2], MatchesRegex("[0-9]+ 1 [0-9]+ " + port + " http \\[\\]"));
  EXPECT_EQ(all[0].substr(0, all[0].find(' ')), all[1].substr(0, all[1].find(' ')));
  EXPECT_NE(all[0].substr(0, all[0].find(' ')), all[2].substr(0, all[2].find(' ')));
}

}  // namespace
}  // namespace headgate::test_support
