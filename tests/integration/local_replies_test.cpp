// The answers Headgate makes itself: their codes, their phrases (which are contract), their fields.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LocalReplies : public OnePod {
 protected:
  void SetUp() override { start(); }

  // Our own page: status, phrase in line, title and heading, type, length, date, no Server, not from the pod.
  static void expect_page(const HttpResponse& response, int status, const std::string& phrase) {
    const std::string text = std::to_string(status) + " " + phrase;
    EXPECT_EQ(response.start_line, "HTTP/1.1 " + text);
    EXPECT_TRUE(response.complete) << response.problem;
    EXPECT_THAT(response.body, HasSubstr("<title>" + text + "</title>"));
    EXPECT_THAT(response.body, HasSubstr("<h1>" + text + "</h1>"));
    EXPECT_THAT(response.field("Content-Type").value_or(""), StartsWith("text/html"));
    EXPECT_EQ(response.field("Content-Length"), std::to_string(response.body.size()));
    EXPECT_EQ(response.count("Date"), 1u);
    EXPECT_FALSE(response.has("Server"));
    EXPECT_FALSE(response.has("X-Pod"));
  }
};

TEST_F(LocalReplies, UnknownHostIs404) {
  expect_page(headgate->get("nobody.test", "/"), 404, "Not Found");
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(LocalReplies, UnknownPathIs404) {
  folder.write("web.yaml", ingress("web", "x.test", "web", "/only") + service_of("web", pod));
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 404));
  expect_page(headgate->get("x.test", "/other"), 404, "Not Found");
}

TEST_F(LocalReplies, LocalAnswersKeepTheConnection) {
  RawClient one = client();
  EXPECT_EQ(one.exchange(make_request("GET", "nobody.test", "/")).status, 404);
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
}

TEST_F(LocalReplies, HeadGetsTheFieldsWithoutThePage) {
  RawClient one = client();
  const HttpResponse response = one.exchange(make_request("HEAD", "nobody.test", "/"), "HEAD");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.field("Content-Length").value_or("0"), "0");
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200) << "no page may stand in the way";
}

TEST_F(LocalReplies, ABodyBehindALocalAnswerIsNotTakenForARequest) {
  RawClient one = client();
  const std::string inner = make_request("GET", "x.test", "/smuggled");
  one.send(make_request("POST", "nobody.test", "/",
                        "Content-Length: " + std::to_string(inner.size()) + "\r\n", inner));
  EXPECT_EQ(one.receive().status, 404);
  one.send(make_request("GET", "x.test", "/next"));
  const HttpResponse next = one.receive();
  if (next.status != 0) {  // closing instead is as good
    EXPECT_EQ(next.status, 200);
    EXPECT_THAT(next.body, HasSubstr("target=/next\n"));
  }
  for (const HttpRequest& seen : pod.requests()) EXPECT_NE(seen.target, "/smuggled");
}

TEST_F(LocalReplies, AServiceWithoutEndpointsIs503) {
  folder.write("more.yaml", ingress("empty", "empty.test", "empty") + service("empty"));
  ASSERT_TRUE(headgate->wait_for("empty.test", "/", 503));
  expect_page(headgate->get("empty.test", "/"), 503, "Service Temporarily Unavailable");
}

TEST_F(LocalReplies, AServiceThatDoesNotExistIs503) {
  folder.write("more.yaml", ingress("lost", "lost.test", "no-such-service"));
  ASSERT_TRUE(headgate->wait_for("lost.test", "/", 503));
  expect_page(headgate->get("lost.test", "/"), 503, "Service Temporarily Unavailable");
}

TEST_F(LocalReplies, ABodyOverTheLimitIs413BeforeThePodSeesIt) {
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Content-Length: 1048577\r\n"));
  expect_page(one.receive(), 413, "Request Entity Too Large");
  EXPECT_EQ(pod.request_count(), 0u);
  expect_still_serving();
}

TEST_F(LocalReplies, ABodyOfExactlyTheLimitPasses) {
  const HttpResponse response =
      ask(make_request("POST", "x.test", "/", "Content-Length: 1048576\r\n", std::string(1048576, 'x')));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(pod.requests().at(0).body.size(), 1048576u);
}

TEST_F(LocalReplies, AChunkedBodyThatGrowsOverTheLimitIs413) {
  RawClient one = client();
  one.send(make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\n"));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 17 && one.send(chunk); ++i) {
  }
  expect_page(one.receive(), 413, "Request Entity Too Large");
  for (const HttpRequest& seen : pod.requests())
    EXPECT_FALSE(seen.complete) << "the pod took a cut body as whole";
  expect_still_serving();
}

TEST_F(LocalReplies, ATargetOverEightKiloBytesIs414) {
  expect_page(ask(make_request("GET", "x.test", "/" + std::string(9000, 'a'))), 414, "Request-URI Too Large");
}

TEST_F(LocalReplies, ATargetJustUnderTheLimitPasses) {
  EXPECT_EQ(ask(make_request("GET", "x.test", "/" + std::string(8000, 'a'))).status, 200);
}

TEST_F(LocalReplies, AHeaderLineOverEightKiloBytesIs431) {
  const HttpResponse response =
      ask(make_request("GET", "x.test", "/", "X-Long: " + std::string(9000, 'a') + "\r\n"));
  expect_page(response, 431, "Request Header Fields Too Large");
  EXPECT_TRUE(response.lists("Connection", "close"));
}

TEST_F(LocalReplies, AHeadOver32KiloBytesIs431) {
  std::string fields;
  for (int i = 0; i < 5; ++i) fields += "X-" + std::to_string(i) + ": " + std::string(8000, 'a') + "\r\n";
  EXPECT_EQ(ask(make_request("GET", "x.test", "/", fields)).status, 431);
}

TEST_F(LocalReplies, ATenThousandFieldHeadIs431) {
  std::string fields;
  for (int i = 0; i < 10000; ++i) fields += "a:\r\n";
  EXPECT_EQ(ask(make_request("GET", "x.test", "/", fields)).status, 431);
}

TEST_F(LocalReplies, ABrokenRequestIs400AndTheConnectionEnds) {
  RawClient one = client();
  const HttpResponse response = one.exchange("GET / HTTP/1.1\r\nHost: x.test\r\nNot a field\r\n\r\n");
  expect_page(response, 400, "Bad Request");
  EXPECT_TRUE(response.lists("Connection", "close"));
  EXPECT_TRUE(one.closed_by_peer());
}

TEST_F(LocalReplies, AClimbAboveTheRootIs400) {
  EXPECT_EQ(ask(make_request("GET", "x.test", "/../etc/passwd")).status, 400);
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(LocalReplies, ConnectAndTraceAre405) {
  EXPECT_EQ(ask("CONNECT x.test:443 HTTP/1.1\r\nHost: x.test:443\r\n\r\n").status, 405);
  EXPECT_EQ(ask(make_request("TRACE", "x.test", "/")).status, 405);
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(LocalReplies, AnotherMajorVersionIs505) {
  EXPECT_EQ(ask("GET / HTTP/3.0\r\nHost: x.test\r\n\r\n").status, 505);
}

TEST_F(LocalReplies, AnUnknownExpectationIs417) {
  EXPECT_EQ(
      ask(make_request("POST", "x.test", "/", "Expect: the-unexpected\r\nContent-Length: 1\r\n", "x")).status,
      417);
}

TEST_F(LocalReplies, OptionsStarIsAnsweredHere) {
  EXPECT_EQ(ask(make_request("OPTIONS", "x.test", "*")).status / 100, 2);
  EXPECT_EQ(pod.request_count(), 0u);
}

TEST_F(LocalReplies, APrefixThatEndsInASlashRedirectsTheFormWithout) {
  folder.write("web.yaml", ingress("web", "x.test", "web", "/foo/") + service_of("web", pod));
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 404));
  const HttpResponse response = headgate->get("x.test", "/foo");
  expect_page(response, 301, "Moved Permanently");
  EXPECT_EQ(response.field("Location"), "http://x.test/foo/");
  EXPECT_EQ(headgate->get("x.test", "/foo?a=1&b").field("Location"), "http://x.test/foo/?a=1&b");
  EXPECT_EQ(headgate->get("x.test", "/foobar").status, 404);
}

TEST_F(LocalReplies, ARedirectCannotBeTurnedToAnotherSite) {
  folder.write("web.yaml", ingress("web", "x.test", "web", "/foo/") + service_of("web", pod));
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 404));
  const HttpResponse response = headgate->get("x.test", "//evil.test/../foo");
  EXPECT_THAT(response.field("Location").value_or("http://x.test/"), StartsWith("http://x.test/"));
}

}  // namespace
}  // namespace headgate::test_support
