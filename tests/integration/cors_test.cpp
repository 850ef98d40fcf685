// CORS as a browser sees it: the fields on every answer, the preflight before any check of who asks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/annotated_pod.h"

namespace headgate::test_support {
namespace {

class Cors : public AnnotatedPod {
 protected:
  static void expect_defaults(const HttpResponse& response) {
    EXPECT_EQ(response.field("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(response.field("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(response.field("Access-Control-Allow-Methods"), "GET, PUT, POST, DELETE, PATCH, OPTIONS");
    EXPECT_EQ(response.field("Access-Control-Allow-Headers"),
              "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,"
              "Authorization");
    EXPECT_EQ(response.field("Access-Control-Max-Age"), "1728000");
    EXPECT_FALSE(response.has("Access-Control-Expose-Headers"));
    EXPECT_FALSE(response.has("Vary"));
  }
};

TEST_F(Cors, IsOffUnlessAsked) {
  start_annotated({{"cors-allow-origin", "http://a.test"}});
  EXPECT_FALSE(ask_y("Origin: http://a.test\r\n").has("Access-Control-Allow-Origin"));
  EXPECT_EQ(ask_y("Origin: http://a.test\r\n", "OPTIONS").status, 200) << "the pod's";
}

TEST_F(Cors, AddsItsFieldsToEveryAnswerWhateverItsStatus) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send(
        "HTTP/1.1 404 Not Found\r\nAccess-Control-Allow-Origin: http://pod.test\r\n"
        "access-control-expose-headers: X-Pod\r\nContent-Length: 0\r\n\r\n");
  });
  start_annotated({{"enable-cors", "true"}});
  const HttpResponse response = ask_y();
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.count("Access-Control-Allow-Origin"), 1U) << "the pod's are replaced";
  expect_defaults(response);
}

TEST_F(Cors, AValueThatIsTooLongForAnAnswerIsToldAndNotUsed) {
  start_annotated({{"enable-cors", "true"},
                   {"cors-allow-headers", std::string(4097, 'a')},
                   {"cors-expose-headers", std::string(4097, 'b')}});
  expect_defaults(ask_y());
  EXPECT_TRUE(wait_for_finding("cors-allow-headers]: has 4097 bytes; 4096 is the most; the default is used"));
  EXPECT_TRUE(
      wait_for_finding("cors-expose-headers]: has 4097 bytes; 4096 is the most; the default is used"));
}

TEST_F(Cors, AnswersThePreflightItself) {
  start_annotated({{"enable-cors", "true"}});
  const HttpResponse response =
      ask_y("Origin: http://any.test\r\nAccess-Control-Request-Method: PUT\r\n", "OPTIONS");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.field("Content-Type"), "text/plain charset=UTF-8");
  EXPECT_EQ(response.field("Content-Length"), "0");
  EXPECT_EQ(response.body, "");
  expect_defaults(response);
  EXPECT_EQ(pod.request_count(), 0U);
}

TEST_F(Cors, EveryKeyIsSaidAsWritten) {
  start_annotated({{"enable-cors", "true"},
                   {"cors-allow-methods", "GET, PUT"},
                   {"cors-allow-headers", "X-One, X-Two"},
                   {"cors-expose-headers", "*, X-Three"},
                   {"cors-allow-credentials", "false"},
                   {"cors-max-age", "600"}});
  const HttpResponse response = ask_y();
  EXPECT_EQ(response.field("Access-Control-Allow-Methods"), "GET, PUT");
  EXPECT_EQ(response.field("Access-Control-Allow-Headers"), "X-One, X-Two");
  EXPECT_EQ(response.field("Access-Control-Expose-Headers"), "*, X-Three");
  EXPECT_EQ(response.field("Access-Control-Max-Age"), "600");
  EXPECT_FALSE(response.has("Access-Control-Allow-Credentials"));
}

TEST_F(Cors, AListEchoesTheOriginThatMatchesAsAWhole) {
  start_annotated({{"enable-cors", "true"},
                   {"cors-allow-origin", "http://origin.com , https://*.foo.test:8443,foo.com"}});
  for (const char* origin : {"http://origin.com", "HTTP://Origin.com", "https://a.foo.test:8443"}) {
    const HttpResponse response = ask_y("Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(response.field("Access-Control-Allow-Origin"), origin);
    EXPECT_TRUE(response.lists("Vary", "Origin"));
    EXPECT_EQ(ask_y("Origin: " + std::string(origin) + "\r\n", "OPTIONS").status, 204);
  }
  for (const char* origin :
       {"xhttp://origin.com", "http://origin.com.evil.test", "https://a.b.foo.test:8443", "foo.com"}) {
    const HttpResponse response = ask_y("Origin: " + std::string(origin) + "\r\n");
    EXPECT_FALSE(response.has("Access-Control-Allow-Origin")) << origin;
    EXPECT_FALSE(response.has("Access-Control-Allow-Methods")) << origin;
    EXPECT_EQ(ask_y("Origin: " + std::string(origin) + "\r\n", "OPTIONS").status, 200) << "goes to the pod";
  }
  EXPECT_FALSE(ask_y().has("Access-Control-Allow-Origin"));
  EXPECT_TRUE(wait_for_finding("'foo.com' has no scheme"));
}

TEST_F(Cors, AStarInAListIsAStar) {
  start_annotated({{"enable-cors", "true"}, {"cors-allow-origin", "http://a.test, *"}});
  EXPECT_EQ(ask_y("Origin: http://b.test\r\n").field("Access-Control-Allow-Origin"), "*");
}

TEST_F(Cors, BadValuesHaveTheirDefaultsButNoOriginIsLetInByAMistake) {
  start_annotated({{"enable-cors", "true"},
                   {"cors-allow-methods", "GET\\r\\nX: 1"},
                   {"cors-allow-headers", "a;b"},
                   {"cors-max-age", "soon"},
                   {"cors-allow-credentials", "perhaps"}});
  expect_defaults(ask_y());
  annotate({{"enable-cors", "true"}, {"cors-allow-origin", "everybody"}});
  EXPECT_TRUE(eventually([&] { return !ask_y().has("Access-Control-Allow-Origin"); }));
}

TEST_F(Cors, PreflightComesBeforeAccessControlAndOurRefusalsHaveTheFieldsToo) {
  start_annotated({{"enable-cors", "true"}, {"allowlist-source-range", "192.0.2.1"}});
  const HttpResponse refused = ask_y();
  EXPECT_EQ(refused.status, 403);
  expect_defaults(refused);
  EXPECT_EQ(ask_y("", "OPTIONS").status, 204);
}

TEST_F(Cors, WhereAProtectionIsBrokenThePreflightIs503Too) {
  start_annotated({{"enable-cors", "true"}, {"allowlist-source-range", "nonsense"}});
  EXPECT_EQ(ask_y("", "OPTIONS").status, 503);
}

}  // namespace
}  // namespace headgate::test_support
