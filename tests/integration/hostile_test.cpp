// Clients that mean harm: whatever they do, the process lives, forgets them, and serves the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "integration/one_pod.h"
#include "support/process_stats.h"

namespace headgate::test_support {
namespace {

class Hostile : public OnePod {
 protected:
  void SetUp() override {
    start();
    expect_still_serving();  // upstream connection and buffers are there
    descriptors_ = open_descriptors(headgate->process().pid());
  }
  // Back to what was open before, give or take a pooled connection.
  void expect_no_descriptor_left() {
    EXPECT_TRUE(eventually([&] { return open_descriptors(headgate->process().pid()) <= descriptors_ + 2; }))
        << open_descriptors(headgate->process().pid()) << " open, before: " << descriptors_;
  }

  // Sends `beginning` and then `piece` again and again, a megabyte if it is taken: it must be answered with a
  // 4xx (or the answer be lost in a reset), the connection must end, and nothing of it may be kept.
  void expect_refused(const std::string& beginning, const std::string& piece) {
    const std::size_t before = resident_kib(headgate->process().pid());
    RawClient one = client();
    one.send(beginning);
    for (int i = 0; i < 256 && one.send(piece, std::chrono::seconds(5)); ++i) {
    }
    const HttpResponse response = one.receive();
    EXPECT_TRUE(response.status == 0 || response.status / 100 == 4) << response.start_line;
    EXPECT_EQ(response.problem.find("timed out"), std::string::npos)
        << "still waiting for more of: " << beginning;
    ReadEnd end = ReadEnd::data;
    one.read_until_close(end);
    EXPECT_NE(end, ReadEnd::timed_out) << "left open: " << beginning;
    EXPECT_LT(resident_kib(headgate->process().pid()), before + 2 * 1024 + sanitizer_kib());
  }

  std::size_t descriptors_ = 0;
};

TEST_F(Hostile, ManyPipelinedLocalAnswersMayEndInAClose) {
  start();
  const std::string missing = make_request("GET", "unknown.test", "/");
  for (int round = 0; round < 5; ++round) {
    RawClient one = client();
    std::string pipeline;
    for (int i = 0; i < 9; ++i) pipeline += missing;
    one.send(pipeline + make_request("GET", "unknown.test", "/", "Connection: close\r\n"));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(one.receive().status, 404) << i;
    EXPECT_TRUE(one.closed_by_peer());
  }
  expect_still_serving();
}

TEST_F(Hostile, TwoThousandConnectionsThatComeAndGoLeaveNothing) {
  for (int i = 0; i < 2000; ++i) {
    RawClient one = client();
    switch (i % 5) {
      case 0:
        break;
      case 1:
        one.send("G");
        break;
      case 2:
        one.send(make_request("GET", "x.test", "/"));
        break;
      case 3:
        one.send(make_request("POST", "x.test", "/", "Content-Length: 10\r\n", "abc"));
        break;
      case 4:
        one.exchange(make_request("GET", "x.test", "/"));
        break;
    }
    if (i % 2 == 0) one.reset();
  }
  expect_still_serving();
  expect_no_descriptor_left();
}

TEST_F(Hostile, ManySilentAndHalfSentConnectionsDoNotStopTheOthers) {
  std::vector<RawClient> idle;
  for (int i = 0; i < 400; ++i) {
    idle.push_back(client());
    if (i % 2 == 0) idle.back().send("GET / HTTP/1.1\r\nHost: x.test\r\nX-Slow: ");
  }
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 400; i += 2) idle[static_cast<std::size_t>(i)].send("a");
    expect_still_serving();
  }
  idle.clear();
  expect_no_descriptor_left();
}

TEST_F(Hostile, GarbageIsRefusedOrIgnored) {
  std::mt19937 random(1);  // the same bytes in every run
  for (int i = 0; i < 200; ++i) {
    std::string garbage(1 + random() % 4000, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    RawClient one = client();
    one.send(garbage);
    one.half_close();
    const HttpResponse response = one.receive();
    EXPECT_TRUE(response.status == 0 || response.status / 100 == 4 || response.status == 505 ||
                response.status == 501)
        << response.start_line;
  }
  expect_still_serving();
  EXPECT_EQ(pod.request_count(), 2u) << "garbage reached the pod";
  expect_no_descriptor_left();
}

TEST_F(Hostile, TlsBytesOnTheHttpPortAreRefused) {
  RawClient one = client();
  one.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  one.half_close();
  const int status = one.receive().status;
  EXPECT_TRUE(status == 0 || status == 400) << status;
  expect_still_serving();
}

TEST_F(Hostile, PipeliningWithoutReadingIsHeldBackNotHoarded) {
  const std::size_t before = resident_kib(headgate->process().pid());
  ClientOptions deaf;
  deaf.receive_buffer = 4096;
  RawClient one(headgate->http_port(), deaf);
  const std::string request =
      make_request("GET", "x.test", "/", "X-Fill: " + std::string(1000, 'x') + "\r\n");
  std::size_t sent = 0;
  const std::size_t all = request.size() * 10000;
  const auto rest_of = [&](std::size_t at) { return std::string_view(request).substr(at % request.size()); };
  pollfd writable{one.fd(), POLLOUT, 0};
  while (sent < all && ::poll(&writable, 1, 300) == 1) {
    const ssize_t n = one.send_some(rest_of(sent));
    if (n < 0) break;
    sent += static_cast<std::size_t>(n);
  }
  EXPECT_LT(resident_kib(headgate->process().pid()), before + 8 * 1024 + sanitizer_kib());
  expect_still_serving();
  one.reset();
  expect_no_descriptor_left();
}

TEST_F(Hostile, PipelinedRequestsBeyondTheKeepAliveLimitAreAnsweredInOrderUntilTheClose) {
  RawClient one = client();
  std::thread sender([&] {
    for (int i = 0; i < 2000; ++i) {
      if (!one.send(make_request("GET", "x.test", "/" + std::to_string(i)))) break;
    }
  });
  int answers = 0;
  while (true) {
    const HttpResponse response = one.receive();
    if (response.status == 0) break;
    ASSERT_EQ(response.status, 200);
    ASSERT_NE(response.body.find("target=/" + std::to_string(answers) + "\n"), std::string::npos);
    ++answers;
    if (response.lists("Connection", "close")) break;
  }
  EXPECT_EQ(answers, 1000) << "keep-alive-requests";
  one.half_close();
  sender.join();
  expect_still_serving();
}

TEST_F(Hostile, EndlessHeadsAreCutOff) {
  std::string fields;
  while (fields.size() < 4096) fields += "a: b\r\n";
  expect_refused("GET /", std::string(4096, 'a'));
  expect_refused("GET / HTTP/1.1\r\nHost: x.test\r\nX: ", std::string(4096, 'a'));
  expect_refused("GET / HTTP/1.1\r\nHost: x.test\r\n", fields);
  expect_still_serving();
  expect_no_descriptor_left();
}

TEST_F(Hostile, EndlessChunkLinesAndTrailersAreCutOff) {
  const std::string head = make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\n");
  expect_refused(head + "5;x=", std::string(4096, '0'));
  expect_refused(head + "5\r\nhello\r\n0\r\nX-T: ", std::string(4096, '0'));
  expect_refused(head, std::string(4096, '0'));
  for (const HttpRequest& seen : pod.requests()) {
    EXPECT_FALSE(seen.method == "POST" && seen.complete) << "a cut body looks whole to the pod";
  }
  expect_still_serving();
  expect_no_descriptor_left();
}

TEST_F(Hostile, ManyHostsAndPathsDoNotGrowTheMetrics) {
  RawClient one = client();
  for (int i = 0; i < 900; ++i) {
    one.exchange(make_request("GET", "h" + std::to_string(i) + ".evil.test", "/" + std::to_string(i)));
  }
  const std::string before = headgate->admin("/metrics").body;
  RawClient other = client();
  for (int i = 0; i < 900; ++i) {
    other.exchange("M" + std::to_string(i) + " /p" + std::to_string(i) +
                   " HTTP/1.1\r\nHost: x.test\r\nContent-Length: 0\r\n\r\n");
  }
  const std::string after = headgate->admin("/metrics").body;
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  EXPECT_LT(lines(after), lines(before) + 200);
}

}  // namespace
}  // namespace headgate::test_support
