// URLs of services that Headgate asks itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/external_auth_config.h"
#include "k8swatch/service_url.h"
#include "k8swatch/url_host.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ServiceUrl, IsTakenApart) {
  const auto url = parse_service_url("http://Auth.Example:4180/check?a=$request_uri#part");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->https);
  EXPECT_EQ(url->host, "auth.example");
  EXPECT_EQ(url->port, 4180);
  EXPECT_EQ(url->target, "/check?a=$request_uri");
  EXPECT_EQ(parse_service_url("https://a.b")->port, 443);
  EXPECT_EQ(parse_service_url("HTTP://a.b")->target, "/");
  EXPECT_FALSE(parse_service_url("http://a.b")->has_target);
  EXPECT_EQ(parse_service_url("http://a.b?x=1")->target, "/?x=1");
  EXPECT_EQ(parse_service_url("http://a.b$request_uri")->target, "$request_uri");
  EXPECT_EQ(parse_service_url("http://a.b$request_uri")->host, "a.b");
  EXPECT_EQ(parse_service_url("http://10.0.0.1:80/")->host, "10.0.0.1");
  const auto v6 = parse_service_url("http://[FD00::1]:8080/x");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "fd00::1");
  EXPECT_EQ(v6->port, 8080);
  EXPECT_EQ(v6->host_field(), "[fd00::1]");
}

TEST(ServiceUrl, RefusesWhatLeadsNowhereCertain) {
  for (const std::string_view text :
       {"", "a.b/x", "ftp://a.b/", "//a.b/", "http://", "http:///x", "http://$host/x", "http://a.$host/x",
        "http://a.b$http_x", "http://user@a.b/", "http://a.b:0/", "http://a.b:65536/", "http://a.b:/",
        "http://a.b:x/", "http://[fd00::1/", "http://[fd00::1]x/", "http://a..b/", "http://-a/",
        "http://a b/"})
    EXPECT_FALSE(parse_service_url(text)) << text;
}

TEST(ServiceUrl, NamesOfServicesAreServices) {
  const auto key = [](std::string_view host) {
    const ObjectNameView name = service_of_host(host);
    return std::string(name.namespace_name) + "/" + std::string(name.name);
  };
  EXPECT_EQ(key("auth.default.svc"), "default/auth");
  EXPECT_EQ(key("auth.default.svc.cluster.local"), "default/auth");
  EXPECT_EQ(key("auth.default.svc.cluster.local."), "default/auth");
  EXPECT_EQ(key("auth.example.org"), "/auth.example.org");
  EXPECT_EQ(key("auth.default"), "/auth.default");
  EXPECT_EQ(key("pod.auth.default.svc"), "/pod.auth.default.svc");
}

std::vector<std::string> problems(const ExternalAuthTexts& texts, ExternalAuthConfig& config) {
  std::vector<std::string> told;
  config = compile_external_auth(texts, [&](std::string_view name, bool closes, std::string) {
    told.push_back(std::string(name) + (closes ? " closes" : ""));
  });
  return told;
}

TEST(ExternalAuthConfig, CompilesWhatIsWritten) {
  ExternalAuthTexts texts;
  texts.url = "http://auth.default.svc:8080/x";
  texts.signin = "http://in.test/?a=1";
  texts.response_fields = "X-User, X-Groups";
  texts.cache_key = "$cookie_a";
  texts.cache_duration = "200 202 5m, 401 10s, any 1s, 2s";
  ExternalAuthConfig config;
  EXPECT_THAT(problems(texts, config), IsEmpty());
  EXPECT_FALSE(config.broken);
  EXPECT_EQ(config.step.authority, "auth.default.svc");
  EXPECT_EQ(config.service.host, "auth.default.svc");
  EXPECT_EQ(config.service.port, "8080");
  EXPECT_EQ(config.step.signin_parameter, "&rd=");
  EXPECT_THAT(config.step.response_fields, ElementsAre("X-User", "X-Groups"));
  ASSERT_EQ(config.step.cache_times.size(), 7u);
  EXPECT_EQ(config.step.cache_times[0].status, 200);
  EXPECT_EQ(config.step.cache_times[1].time, std::chrono::minutes(5));
  EXPECT_EQ(config.step.cache_times[3].status, 0);
  EXPECT_EQ(config.step.cache_times[4].status, 200) << "a time alone is for 200, 301 and 302";
}

TEST(ExternalAuthConfig, WhatCannotBeDoneCloses) {
  const auto told = [](auto ExternalAuthTexts::*member, std::string value) {
    ExternalAuthTexts texts;
    texts.url = "http://a.b/";
    texts.cache_key = "$host";
    texts.*member = std::move(value);
    ExternalAuthConfig config;
    auto all = problems(texts, config);
    EXPECT_EQ(config.broken, !all.empty() && all.front().ends_with("closes"));
    return all;
  };
  EXPECT_THAT(told(&ExternalAuthTexts::method, "get"), ElementsAre("auth-method closes"));
  EXPECT_THAT(told(&ExternalAuthTexts::method, "CONNECT"), ElementsAre("auth-method closes"));
  EXPECT_THAT(told(&ExternalAuthTexts::response_fields, "Content-Length"),
              ElementsAre("auth-response-headers closes"));
  EXPECT_THAT(told(&ExternalAuthTexts::response_fields, "X-Forwarded-For"),
              ElementsAre("auth-response-headers closes"));
  EXPECT_THAT(told(&ExternalAuthTexts::cache_duration, "200 soon"),
              ElementsAre("auth-cache-duration closes"));
  EXPECT_THAT(told(&ExternalAuthTexts::signin, "http://a/$nothing"), ElementsAre("auth-signin"));
}

}  // namespace
}  // namespace headgate::k8swatch
