// HTTP/2 pods that do not take every stream: what they have not looked at is asked again.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "integration/http2_fixture.h"
#include "support/stream_pod.h"

namespace headgate::test_support {
namespace {

// As long as nothing comes, the streams that are open are answered: a burst is met as a whole.
constexpr int kQuietMilliseconds = 50;

// Speaks as much of HTTP/2 as it takes: SETTINGS once the client's preface is there, and 200 without content,
// beyond `most` streams REFUSED_STREAM. The first `goaways` connections say GOAWAY to their first request
// instead.
struct SparingPod {
  std::uint32_t most = 100;
  int goaways = 0;
  bool refuses_all = false;
  std::atomic<int> connections{0};
  std::atomic<int> refused{0};
  // HEADERS and DATA as they came: 'H' or 'D', in lower case where the stream ends with it.
  std::string seen() const {
    const std::lock_guard<std::mutex> guard(mutex);
    return frames;
  }
  std::string content() const {
    const std::lock_guard<std::mutex> guard(mutex);
    return data;
  }

  void serve(int fd) {
    const bool goes_away = connections++ < goaways;
    std::string input;
    std::vector<std::uint32_t> open;
    bool preface = false;
    for (;;) {
      pollfd waits{fd, POLLIN, 0};
      if (::poll(&waits, 1, open.empty() ? -1 : kQuietMilliseconds) == 0) {
        std::string answers;
        for (const std::uint32_t stream : open)  // 0x88: ":status: 200" (RFC 7541, appendix A)
          answers += h2_frame(h2::headers, h2::end_headers | h2::end_stream, stream, "\x88");
        put(fd, answers);
        open.clear();
        continue;
      }
      char bytes[16384];
      const ssize_t size = ::recv(fd, bytes, sizeof bytes, 0);
      if (size <= 0) return;
      input.append(bytes, static_cast<std::size_t>(size));
      std::string output;  // in one piece: what is said to a burst is met as a whole too
      if (!preface) {
        if (input.size() < h2::preface.size()) continue;
        input.erase(0, h2::preface.size());
        preface = true;
        output += h2_settings({{h2::max_concurrent_streams, most}});
      }
      while (input.size() >= 9) {
        const std::size_t length = h2_number(std::string(1, '\0') + input.substr(0, 3));
        if (input.size() < 9 + length) break;
        const auto type = static_cast<std::uint8_t>(input[3]);
        const auto flags = static_cast<std::uint8_t>(input[4]);
        const std::uint32_t stream = h2_number(input.substr(5, 4));
        note(type, flags, std::string_view(input).substr(9, length));
        input.erase(0, 9 + length);
        if (type == h2::settings && (flags & h2::ack) == 0) output += h2_frame(h2::settings, h2::ack, 0);
        if (type != h2::headers) continue;
        if (goes_away) {
          output += h2_frame(h2::goaway, 0, 0, h2_number(0) + h2_number(h2::no_error));
        } else if (!refuses_all && open.size() < most) {
          open.push_back(stream);
        } else {
          ++refused;
          output += h2_frame(h2::rst_stream, 0, stream, h2_number(h2::refused_stream));
        }
      }
      if (!output.empty()) put(fd, output);
    }
  }

 private:
  void note(std::uint8_t type, std::uint8_t flags, std::string_view payload) {
    if (type != h2::headers && type != h2::data) return;
    const std::lock_guard<std::mutex> guard(mutex);
    const bool last = (flags & h2::end_stream) != 0;
    frames += type == h2::headers ? (last ? 'h' : 'H') : (last ? 'd' : 'D');
    if (type == h2::data) data += payload;
  }

  mutable std::mutex mutex;
  std::string frames;
  std::string data;

  static void put(int fd, const std::string& frame) {
    EXPECT_EQ(::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL), static_cast<ssize_t>(frame.size()));
  }
};

class Http2Pods : public OnePodOverH2 {
 protected:
  void start_sparing(std::uint32_t most, int goaways, FieldList annotations = {}) {
    sparing.most = most;
    sparing.goaways = goaways;
    annotations.emplace_back("backend-protocol", "GRPC");
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("web.yaml",
                 ingress(spec) + service_at("web", {{"127.0.0.1", h2_pod.port(), "{ready: true}"}}));
    headgate = std::make_unique<HeadgateProcess>(folder);
  }
  // Of `count` POST requests without content that come in one piece: how many are 200.
  [[nodiscard]] int burst(int count) const {
    H2Connected one = connect();
    std::string frames;
    std::vector<std::uint32_t> streams;
    for (int i = 0; i < count; ++i) {
      streams.push_back(one->next_stream());
      frames += h2_frame(h2::headers, h2::end_headers | h2::end_stream, streams.back(),
                         h2_block(h2_request_fields("POST", "x.test", "/")));
    }
    one->send(frames);
    int good = 0;
    for (const std::uint32_t stream : streams) good += one->receive(stream).status == 200 ? 1 : 0;
    return good;
  }

  SparingPod sparing;
  StreamPod h2_pod{[this](int fd) { sparing.serve(fd); }};
};

TEST_F(Http2Pods, ABurstForOneThatAllowsFewStreamsIsAnswered) {
  start_sparing(2, 0);
  EXPECT_EQ(burst(20), 20);
  EXPECT_EQ(sparing.refused, 18) << "those that left before its SETTINGS came";
  EXPECT_EQ(sparing.connections, 10);
  EXPECT_EQ(burst(40), 40);
  EXPECT_EQ(sparing.refused, 18) << "what it allows is known";
  EXPECT_EQ(metric("headgate_upstream_connects_total"), 20);
}

TEST_F(Http2Pods, WhatIsRefusedIsNoTryOfThoseAllowed) {
  start_sparing(2, 0, {{"proxy-next-upstream", "off"}, {"proxy-next-upstream-tries", "1"}});
  EXPECT_EQ(burst(20), 20);
}

TEST_F(Http2Pods, WhatAGoawayLeavesOutIsAskedAgain) {
  start_sparing(100, 3, {{"proxy-next-upstream-tries", "1"}});
  EXPECT_EQ(burst(1), 1);
  EXPECT_EQ(sparing.connections, 4);
}

TEST_F(Http2Pods, OneThatRefusesEverythingIsNotAskedForEver) {
  sparing.refuses_all = true;
  start_sparing(100, 0);
  EXPECT_EQ(burst(1), 0);
  EXPECT_EQ(sparing.refused, 8 + 3) << "eight times for nothing, then the tries that count";
  EXPECT_EQ(burst(1), 0);
  EXPECT_EQ(sparing.refused, 2 * (8 + 3));
}

// RFC 9110, section 6.5.1: who relays a message may leave its trailers out, and nobody makes fields of them.
TEST_F(Http2Pods, TrailersOfRequestsAreLeftOut) {
  start_sparing(100, 0);
  H2Connected one = connect();
  const std::uint32_t stream =
      one.post_with_trailers("/up", "hello", {{"x-checksum", "1"}, {"authorization", "stolen"}});
  EXPECT_EQ(one->receive(stream).status, 200);
  EXPECT_TRUE(eventually([&] { return sparing.seen().ends_with("d"); })) << sparing.seen();
  RawClient other = client();
  other.send(make_request("POST", "x.test", "/up", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
                          "5\r\nworld\r\n0\r\nX-Sum: 1\r\nContent-Length: 4\r\nHost: evil.test\r\n\r\n"));
  EXPECT_EQ(other.receive("POST").status, 200);
  EXPECT_TRUE(eventually([&] { return std::ranges::count(sparing.seen(), 'd') == 2; })) << sparing.seen();
  EXPECT_EQ(std::ranges::count(sparing.seen(), 'H'), 2) << "one head each: " << sparing.seen();
  EXPECT_EQ(std::ranges::count(sparing.seen(), 'h'), 0) << sparing.seen();
  EXPECT_EQ(sparing.content(), "helloworld");
}

}  // namespace
}  // namespace headgate::test_support
