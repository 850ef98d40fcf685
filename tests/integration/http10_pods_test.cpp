// proxy-http-version: pods that are asked in HTTP/1.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/annotated_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::EndsWith;

class Http10Pods : public AnnotatedPod {
 protected:
  // What the pod saw of the request for y.test.
  [[nodiscard]] HttpRequest seen(const std::string& request, std::string_view method = "GET") {
    pod.forget_requests();
    EXPECT_EQ(ask(request, method).status, 200);
    return pod.last_request();
  }
  static std::string get_y(const std::string& fields = "") {
    return make_request("GET", "y.test", "/", fields);
  }
};

TEST_F(Http10Pods, TheDefaultIsHttp11) {
  start_annotated({});
  const HttpRequest one = seen(get_y());
  EXPECT_THAT(one.start_line, EndsWith(" HTTP/1.1"));
  EXPECT_FALSE(one.has("Connection"));
}

TEST_F(Http10Pods, TheAnnotationSaysIt) {
  start_annotated({{"proxy-http-version", "1.0"}});
  EXPECT_THAT(seen(get_y()).start_line, EndsWith(" HTTP/1.0"));
  EXPECT_THAT(seen(make_request("GET", "x.test", "/")).start_line, EndsWith(" HTTP/1.1"))
      << "of another Ingress";
}

TEST_F(Http10Pods, TheConfigMapSaysItForIngressesThatDoNot) {
  start_annotated({}, {{"proxy-http-version", "1.0"}});
  EXPECT_THAT(seen(get_y()).start_line, EndsWith(" HTTP/1.0"));
}

TEST_F(Http10Pods, TheAnnotationCountsBeforeTheConfigMap) {
  start_annotated({{"proxy-http-version", "1.1"}}, {{"proxy-http-version", "1.0"}});
  EXPECT_THAT(seen(get_y()).start_line, EndsWith(" HTTP/1.1"));
}

TEST_F(Http10Pods, AVersionThatIsNoneIsOneFinding) {
  start_annotated({{"proxy-http-version", "2"}}, {{"proxy-http-version", "1.2"}});
  EXPECT_THAT(seen(get_y()).start_line, EndsWith(" HTTP/1.1"));
  EXPECT_TRUE(wait_for_finding("'2' is neither 1.0 nor 1.1"));
  EXPECT_TRUE(wait_for_finding("data.proxy-http-version: '1.2' is neither 1.0 nor 1.1"));
}

TEST_F(Http10Pods, EachRequestHasAConnectionOfItsOwn) {
  start_annotated({{"proxy-http-version", "1.0"}});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(seen(get_y()).field("Connection"), "close");
  EXPECT_EQ(pod.connection_count(), 3u);
}

TEST_F(Http10Pods, NothingIsUpgraded) {
  start_annotated({{"proxy-http-version", "1.0"}});
  const HttpRequest one =
      seen(get_y("Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"));
  EXPECT_FALSE(one.has("Upgrade"));
  EXPECT_EQ(one.field("Connection"), "close");
}

TEST_F(Http10Pods, ContentOfKnownLengthIsPassedOn) {
  start_annotated({{"proxy-http-version", "1.0"}});
  const HttpRequest one = seen(make_request("POST", "y.test", "/", "Content-Length: 5\r\n", "hello"), "POST");
  EXPECT_EQ(one.field("Content-Length"), "5");
  EXPECT_EQ(one.body, "hello");
}

TEST_F(Http10Pods, ContentOfUnknownLengthIsReadFirst) {
  start_annotated({{"proxy-http-version", "1.0"}});
  const std::string head = "POST / HTTP/1.1\r\nHost: y.test\r\nTransfer-Encoding: chunked\r\n\r\n";
  const HttpRequest whole = seen(head + "5\r\nhello\r\n0\r\n\r\n", "POST");
  EXPECT_EQ(whole.field("Content-Length"), "5");
  EXPECT_FALSE(whole.has("Transfer-Encoding"));
  EXPECT_EQ(whole.body, "hello");

  pod.forget_requests();
  RawClient slow = client();
  ASSERT_TRUE(slow.send(head + "5\r\nhello\r\n"));
  EXPECT_EQ(pod.request_count(), 0u) << "it has no length yet";
  const HttpResponse response = slow.exchange("6\r\n world\r\n0\r\n\r\n", "POST");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(pod.last_request().field("Content-Length"), "11");
  EXPECT_EQ(pod.last_request().body, "hello world");
}

TEST_F(Http10Pods, AnAnswerEndsWithItsConnection) {
  start_annotated({{"proxy-http-version", "1.0"}});
  pod.set_handler([](BackendExchange& exchange) {
    exchange.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
    exchange.close();
  });
  EXPECT_EQ(ask(get_y()).body, "until the end");
}

}  // namespace
}  // namespace headgate::test_support
