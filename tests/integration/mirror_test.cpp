// Copies of requests for a mirror: what it gets, and that nobody waits for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/http2_fixture.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class Mirror : public OnePodOverH2 {
 protected:
  void start_mirror(const FieldList& annotations) {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("web.yaml", ingress(spec) + service_of("web", pod) + service_of("shadow", shadow));
    headgate = std::make_unique<HeadgateProcess>(folder);
  }
  [[nodiscard]] std::string url(std::string_view target = "") const {
    return "http://127.0.0.1:" + std::to_string(shadow.port()) + std::string(target);
  }
  [[nodiscard]] double dropped() const { return metric("headgate_http_rejected_total", "mirror_dropped"); }

  EchoBackend shadow{"shadow"};
};

TEST_F(Mirror, GetsACopyOfEachRequest) {
  start_mirror({{"mirror-target", url()}});
  const HttpResponse response =
      ask("POST /path?q=1 HTTP/1.1\r\nHost: x.test\r\nX-Mine: m\r\nContent-Length: 4\r\n\r\nbody", "POST");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("pod=web"));
  ASSERT_TRUE(shadow.wait_for_requests(1));
  const HttpRequest seen = shadow.last_request();
  EXPECT_EQ(seen.start_line, "POST /path?q=1 HTTP/1.1");
  EXPECT_EQ(seen.field("Host"), "127.0.0.1");
  EXPECT_EQ(seen.field("X-Mine"), "m");
  EXPECT_EQ(seen.field("X-Request-ID"), pod.last_request().field("X-Request-ID"));
  EXPECT_TRUE(eventually([&] { return shadow.last_request().body == "body"; }));
}

TEST_F(Mirror, TargetHostAndBodyAsWritten) {
  start_mirror({{"mirror-target", url("/copy$request_uri")},
                {"mirror-host", "shadow.test"},
                {"mirror-request-body", "off"}});
  ASSERT_EQ(ask("POST /path HTTP/1.1\r\nHost: x.test\r\nContent-Length: 4\r\n\r\nbody", "POST").status, 200);
  ASSERT_TRUE(shadow.wait_for_requests(1));
  EXPECT_EQ(shadow.last_request().target, "/copy/path");
  EXPECT_EQ(shadow.last_request().field("Host"), "shadow.test");
  EXPECT_EQ(shadow.last_request().field("Content-Length"), "0");
}

TEST_F(Mirror, AVariableMayFollowTheHost) {
  start_mirror({{"mirror-target", url("$request_uri")}});
  ASSERT_EQ(headgate->get("x.test", "/a?b").status, 200);
  ASSERT_TRUE(shadow.wait_for_requests(1));
  EXPECT_EQ(shadow.last_request().target, "/a?b");
}

TEST_F(Mirror, StreamedContentArrivesWhole) {
  start_mirror({{"mirror-target", url()}});
  RawClient one = client();
  one.send("PUT /up HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  ASSERT_TRUE(pod.wait_for_requests(1));
  EXPECT_EQ(shadow.request_count(), 0u) << "the copy leaves when the request is whole";
  one.send("4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_EQ(one.receive("PUT").status, 200);
  ASSERT_TRUE(shadow.wait_for_requests(1));
  EXPECT_TRUE(eventually([&] { return shadow.last_request().body == "abcdefg"; }));
  H2Connected h2 = connect();
  const std::uint32_t stream = h2.begin("POST", "/h2");
  const std::string body(200000, 'x');
  h2->send_body(stream, body);
  EXPECT_EQ(h2->receive(stream).status, 200);
  EXPECT_TRUE(eventually([&] { return shadow.last_request().body == body; }));
}

TEST_F(Mirror, NobodyWaitsForIt) {
  start_mirror({{"mirror-target", url()}});
  shadow.set_handler(never_answer());
  RawClient one = client();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200) << i;
  EXPECT_TRUE(eventually([&] { return dropped() == 100 - 64; })) << "copies under way, of one namespace";
  EXPECT_EQ(pod.request_count(), 100u);
}

TEST_F(Mirror, CopiesOfANamespaceHaveABoundTogether) {
  start_mirror({{"mirror-target", url()}});
  shadow.set_handler(never_answer());
  const std::string content(1000 * 1000, 'x');
  RawClient one = client();
  const auto post = [&] {
    one.send("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 1000000\r\n\r\n" + content);
    return one.receive("POST").status;
  };
  constexpr int kThatFit = 8;  // and their heads, in a quarter of 32 MiB
  for (int i = 0; i < kThatFit; ++i) ASSERT_EQ(post(), 200) << i;
  EXPECT_EQ(dropped(), 0);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(post(), 200) << "the pod gets it all the same";
  EXPECT_TRUE(eventually([&] { return dropped() == 2; }));
}

TEST_F(Mirror, ACopyThatIsDoneGivesItsMemoryBack) {
  start_mirror({{"mirror-target", url()}});
  const std::string content(1000 * 1000, 'x');
  RawClient one = client();
  for (std::size_t i = 1; i <= 40; ++i) {
    one.send("POST / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 1000000\r\n\r\n" + content);
    ASSERT_EQ(one.receive("POST").status, 200);
    ASSERT_TRUE(shadow.wait_for_requests(i));
    ASSERT_TRUE(eventually([&] { return shadow.last_request().body.size() == content.size(); }));
  }
  EXPECT_EQ(dropped(), 0);
}

TEST_F(Mirror, ItsFailuresDoNotMatter) {
  start_mirror({{"mirror-target", url()}});
  shadow.set_handler([](BackendExchange& exchange) { exchange.reset(); });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200);
  shadow.set_handler([](BackendExchange& exchange) {
    exchange.send("garbage\r\n\r\n");
    exchange.close();
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(headgate->get("x.test", "/").status, 200);
}

TEST_F(Mirror, WhatCannotBeFollowedIsToldAndNothingElse) {
  start_mirror({{"mirror-target", "http://$host/"}});
  EXPECT_EQ(headgate->get("x.test", "/").status, 200);
  EXPECT_THAT(headgate->admin("/debug/findings").body, HasSubstr("nothing is mirrored"));
}

}  // namespace
}  // namespace headgate::test_support
