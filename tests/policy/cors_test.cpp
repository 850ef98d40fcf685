#include "policy/cors.h"

#include <gtest/gtest.h>

#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

CorsRules rules(std::initializer_list<std::string_view> origins = {}) {
  CorsRules result;
  result.any_origin = origins.size() == 0;
  for (const std::string_view origin : origins) result.origins.push_back(*OriginPattern::parse(origin));
  result.methods = "GET";
  result.headers = "X-A";
  result.max_age = "7";
  return result;
}

std::string fields_for(const Cors& cors, const SampleRequest& request) {
  AnswerFields answer;
  cors.apply(request.view, answer);
  return answer.lines();
}

TEST(OriginPattern, IsNoLongerThanANameCanBe) {
  EXPECT_TRUE(OriginPattern::parse("https://" + std::string(253, 'a') + ":8443"));
  EXPECT_FALSE(OriginPattern::parse("https://" + std::string(1 << 20, 'a')));
}

TEST(OriginPattern, MatchesTheWholeOriginWhateverItsCase) {
  const OriginPattern pattern = *OriginPattern::parse("http://Origin.com");
  EXPECT_TRUE(pattern.matches("http://origin.com"));
  EXPECT_TRUE(pattern.matches("HTTP://ORIGIN.COM"));
  for (const char* other : {"xhttp://origin.com", "http://origin.com.evil.test", "http://origin.com:80",
                            "https://origin.com", "http://originxcom", "http://a.origin.com", "", "null"})
    EXPECT_FALSE(pattern.matches(other)) << other;
}

TEST(OriginPattern, AWildcardIsOneLabel) {
  const OriginPattern pattern = *OriginPattern::parse("https://*.foo.com:8443");
  EXPECT_TRUE(pattern.matches("https://a-1.foo.com:8443"));
  EXPECT_TRUE(pattern.matches("https://A.FOO.com:8443"));
  for (const char* other : {"https://foo.com:8443", "https://.foo.com:8443", "https://a.b.foo.com:8443",
                            "https://a.foo.com", "https://a.foo.com:84433", "https://a_b.foo.com:8443",
                            "https://a.foo.com:8443/", "xhttps://a.foo.com:8443"})
    EXPECT_FALSE(pattern.matches(other)) << other;
}

TEST(OriginPattern, TakesOriginsAndNothingElse) {
  for (const char* good : {"http://a", "https://a.b:1", "capacitor://localhost", "null", "https://*.a.b"})
    EXPECT_TRUE(OriginPattern::parse(good)) << good;
  for (const char* bad :
       {"foo.com", "http://", "http://*", "http://*.", "http://a/b", "http://a:", "http://a:b",
        "http://a.*.b", "http://a:123456", "://a", "http://a b", "(http://a)", "http://[::1]"})
    EXPECT_FALSE(OriginPattern::parse(bad)) << bad;
}

TEST(Cors, AnyOriginIsSaidEvenToRequestsWithoutOne) {
  const std::string all =
      "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n"
      "Access-Control-Allow-Methods: GET\r\nAccess-Control-Allow-Headers: X-A\r\nAccess-Control-Max-Age: "
      "7\r\n";
  EXPECT_EQ(fields_for(Cors(rules()), SampleRequest()), all);
  EXPECT_EQ(fields_for(Cors(rules()), SampleRequest().field("Origin", "http://any.test")), all);
}

TEST(Cors, CredentialsAndExposedFieldsAreSaidOnlyWhereTheyAre) {
  CorsRules silent = rules();
  silent.credentials = false;
  EXPECT_EQ(fields_for(Cors(silent), SampleRequest()).find("Credentials"), std::string::npos);
  silent.expose = "X-B, X-C";
  EXPECT_NE(fields_for(Cors(silent), SampleRequest()).find("\r\nAccess-Control-Expose-Headers: X-B, X-C\r\n"),
            std::string::npos);
}

TEST(Cors, AnOriginOfTheListIsEchoedAndCachesAreTold) {
  const Cors cors(rules({"http://a.test", "https://*.b.test"}));
  const std::string fields = fields_for(cors, SampleRequest().field("Origin", "https://x.B.test"));
  EXPECT_EQ(fields.find("Vary: Origin\r\nAccess-Control-Allow-Origin: https://x.B.test\r\n"), 0U) << fields;
}

TEST(Cors, OtherOriginsGetNothingOfIt) {
  const Cors cors(rules({"http://a.test"}));
  EXPECT_EQ(fields_for(cors, SampleRequest().field("Origin", "http://b.test")), "Vary: Origin\r\n");
  EXPECT_EQ(fields_for(cors, SampleRequest()), "Vary: Origin\r\n");
  EXPECT_EQ(
      fields_for(cors, SampleRequest().field("Origin", "http://a.test").field("origin", "http://a.test")),
      "Vary: Origin\r\n")
      << "two Origins are none";
}

TEST(Cors, WhatThePodSaysGoesWhereOursComes) {
  AnswerFields answer;
  Cors(rules()).apply(SampleRequest().view, answer);
  EXPECT_EQ(answer.replaced().size(), 6U);
  AnswerFields other;
  Cors(rules({"http://a.test"})).apply(SampleRequest().view, other);
  EXPECT_TRUE(other.replaced().empty()) << "an origin that is not let in sees what the pod says";
}

TEST(CorsPreflight, AnswersOptionsOfOriginsThatAreLetIn) {
  const CorsPreflight preflight{Cors(rules({"http://a.test"}))};
  const auto ask = [&](http::Method method, std::string_view origin) {
    const auto denial = preflight.judge(SampleRequest().method(method).field("Origin", origin).view);
    return denial ? denial->status : 0;
  };
  EXPECT_EQ(ask(http::Method::options, "http://a.test"), 204);
  EXPECT_EQ(ask(http::Method::options, "http://b.test"), 0);
  EXPECT_EQ(ask(http::Method::get, "http://a.test"), 0);
}

}  // namespace
}  // namespace headgate::policy
