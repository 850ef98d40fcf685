// Many streams on one connection: none waits for another, memory stays bounded, and a connection ends
// without losing one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "integration/http2_fixture.h"
#include "support/pattern.h"
#include "support/process_stats.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kLargestWindow = 0x7fffffff;

class Http2Streams : public OnePodOverH2 {
 protected:
  [[nodiscard]] std::size_t memory() const { return resident_kib(headgate->process().pid()); }
};

TEST_F(Http2Streams, AHundredAtOnceAreAllAnswered) {
  pod.set_handler(echo_after(gate));
  start();
  H2Connected one = connect();
  std::vector<std::uint32_t> streams;
  for (int i = 0; i < 100; ++i) streams.push_back(one.begin_get("/" + std::to_string(i)));
  ASSERT_TRUE(pod.wait_for_requests(100)) << "they do not run at the same time";
  gate.open();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const H2Response response = one->receive(streams[i]);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("target=/" + std::to_string(i) + "\n"));
  }
}

TEST_F(Http2Streams, AnswersComeInTheOrderTheyAreReady) {
  pod.set_handler([this](BackendExchange& exchange) {
    if (exchange.request().target == "/late") gate.wait();
    exchange.respond_with_echo();
  });
  start();
  H2Connected one = connect();
  const std::uint32_t late = one.begin_get("/late");
  EXPECT_EQ(one.get("/early").status, 200);
  EXPECT_EQ(one->response(late).status, 0);
  gate.open();
  EXPECT_EQ(one->receive(late).status, 200);
}

TEST_F(Http2Streams, TenMegabytesComeDownUnchanged) {
  constexpr std::size_t kSize = 10 * 1024 * 1024 + 7;
  pod.set_handler(big_body(kSize));
  start();
  H2Connected one = connect();
  const H2Response response = one.get("/big");
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.body.size(), kSize);
  EXPECT_TRUE(response.body == pattern(0, kSize));
}

TEST_F(Http2Streams, TenMegabytesGoUpUnchanged) {
  const std::string body = pattern(0, 10 * 1024 * 1024 + 7);
  pod.set_handler([&body](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond(200, exchange.request().body == body ? "the same" : "another");
  });
  start_with_settings({{"proxy-body-size", "20m"}});
  H2Connected one = connect();
  for (const bool length_known : {true, false}) {
    const std::uint32_t stream =
        one.begin("POST", "/up",
                  length_known ? FieldList{{"content-length", std::to_string(body.size())}} : FieldList{});
    EXPECT_TRUE(one->send_body(stream, body));
    EXPECT_EQ(one->receive(stream).body, "the same");
    EXPECT_TRUE(pod.last_request().complete);
  }
}

TEST_F(Http2Streams, StreamsWhoseWindowIsShutNeitherHoldUpOthersNorGrowMemory) {
  constexpr std::size_t kSize = 8 * 1024 * 1024;
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().target == "/big") {
      big_body(kSize)(exchange);
    } else {
      exchange.respond_with_echo();
    }
  });
  start();
  expect_still_serving();
  const std::size_t before = memory();
  H2Connected one = connect({{h2::initial_window_size, 0}});
  one->set_gives_windows(false);
  one.open_window(0, kLargestWindow - 65535);
  std::vector<std::uint32_t> shut;
  for (int i = 0; i < 100; ++i) shut.push_back(one.begin_get("/big"));
  ASSERT_TRUE(one.until([&] {
    return std::all_of(shut.begin(), shut.end(), [&](auto id) { return one->response(id).status == 200; });
  }));
  for (int i = 0; i < 20; ++i) {
    const std::uint32_t open = one.begin_get(i % 2 == 0 ? "/small" : "/big");
    one.open_window(open, kLargestWindow);
    const H2Response response = one->receive(open);
    EXPECT_TRUE(response.complete);
    if (i % 2 != 0) {
      EXPECT_EQ(response.body.size(), kSize);
    }
  }
  // 100 streams of 8 MiB each are under way, and 1 MiB and a little are held for them.
  EXPECT_LT(memory(), before + 16 * 1024 + sanitizer_kib());
  for (int i = 0; i < 3; ++i) one.open_window(shut[static_cast<std::size_t>(i)], kLargestWindow);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(one->receive(shut[static_cast<std::size_t>(i)]).body.size(), kSize);
}

TEST_F(Http2Streams, AClientThatReadsNothingHoldsUpThePodAndNotOthers) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().target == "/still-serving") {
      exchange.respond_with_echo();
    } else {
      big_body(64 * 1024 * 1024)(exchange);
    }
  });
  start();
  expect_still_serving();
  const std::size_t before = memory();
  ClientOptions options;
  options.receive_buffer = 16 * 1024;
  H2Connected deaf(headgate->http_port(), {{h2::initial_window_size, kLargestWindow}}, options);
  deaf.open_window(0, kLargestWindow - 65535);
  for (int i = 0; i < 20; ++i) deaf.begin_get("/big");
  ASSERT_TRUE(pod.wait_for_requests(21));
  for (int i = 0; i < 20; ++i) expect_still_serving();
  EXPECT_LT(memory(), before + 16 * 1024 + sanitizer_kib());
}

TEST_F(Http2Streams, AnUploadThePodDoesNotTakeIsHeldByTheClient) {
  pod.set_handler([this](BackendExchange& exchange) {
    if (exchange.request().target == "/slow") gate.wait();
    exchange.read_body();
    exchange.respond_with_echo();
  });
  start_with_settings({{"proxy-body-size", "0"}});
  expect_still_serving();
  const std::size_t before = memory();
  H2Connected one = connect();
  const std::string body = pattern(0, 64 * 1024 * 1024);
  const std::uint32_t slow = one.begin("POST", "/slow", {{"content-length", std::to_string(body.size())}});
  // Until no window is given any more: sockets' buffers and one stream's window are full.
  std::size_t sent = 0;
  while (sent < body.size()) {
    const auto room = static_cast<std::size_t>(std::max<std::int64_t>(one->window(slow), 0));
    if (room == 0 && !one->step(Deadline(std::chrono::milliseconds(500)))) break;
    const std::string_view piece = std::string_view(body).substr(sent, std::min<std::size_t>(room, 16384));
    if (!piece.empty()) one->send_piece(slow, piece);
    sent += piece.size();
  }
  EXPECT_LT(sent, body.size()) << "nobody held it up";
  EXPECT_LT(memory(), before + 8 * 1024 + sanitizer_kib());
  EXPECT_EQ(one.get("/other").status, 200);
  const std::uint32_t other = one.begin("POST", "/other");
  EXPECT_TRUE(one->send_body(other, pattern(0, 1024 * 1024))) << "a sibling's upload is held up";
  EXPECT_EQ(one->receive(other).status, 200);
  gate.open();
  EXPECT_TRUE(one->send_body(slow, std::string_view(body).substr(sent)));
  EXPECT_EQ(one->receive(slow).status, 200);
}

TEST_F(Http2Streams, AResetCancelsTheRequestAtThePod) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().target == "/never") {
      never_answer()(exchange);
    } else {
      exchange.respond_with_echo();
    }
  });
  HeadgateOptions options;
  options.access_log = "";
  start(options);
  H2Connected one = connect();
  const std::uint32_t never = one.begin_get("/never");
  ASSERT_TRUE(pod.wait_for_requests(1));
  one.reset(never);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  EXPECT_TRUE(headgate->process().wait_for_output("\"GET /never HTTP/2.0\" 499"));
  EXPECT_EQ(one.get("/next").status, 200);
}

TEST_F(Http2Streams, AConnectionThatBreaksCancelsAllOfThem) {
  pod.set_handler(never_answer());
  start();
  {
    H2Connected one = connect();
    for (int i = 0; i < 10; ++i) one.begin_get("/never");
    ASSERT_TRUE(pod.wait_for_requests(10));
    one.socket.reset();
  }
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  expect_nothing_poisoned();
}

TEST_F(Http2Streams, SigtermLetsARunningStreamEndAndSaysGoaway) {
  pod.set_handler(echo_after(gate));
  start();
  H2Connected one = connect();
  H2Connected idle = connect();
  const std::uint32_t running = one.begin_get("/running");
  ASSERT_TRUE(pod.wait_for_requests(1));
  headgate->process().signal(SIGTERM);
  EXPECT_EQ(one->wait_for_goaway(), h2::no_error);
  EXPECT_EQ(idle->wait_for_goaway(), h2::no_error);
  EXPECT_FALSE(headgate->process().wait(std::chrono::milliseconds(50))) << "it did not wait";
  gate.open();
  EXPECT_EQ(one->receive(running).status, 200);
  EXPECT_TRUE(one->response(running).complete);
  const auto status = headgate->process().wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

TEST_F(Http2Streams, AConnectionEndsInOrderAfterSoManyRequests) {
  start();
  H2Connected one = connect();
  std::size_t answered = 0;
  while (!one->goaway() && answered < 2000) {
    ASSERT_EQ(one.get("/").status, 200);
    ++answered;
  }
  EXPECT_EQ(one->goaway(), h2::no_error);
  EXPECT_LE(answered, 1001u);
  EXPECT_GE(answered, 900u);
  EXPECT_EQ(one.get("/on-its-way").status, 200) << "begun before the GOAWAY was read";
  EXPECT_TRUE(one.until([&] { return one->end() != ReadEnd::data; }));
  EXPECT_EQ(one->end(), ReadEnd::closed);
}

TEST_F(Http2Streams, NothingIsLeftBehindWhenConnectionsGo) {
  start();
  expect_still_serving();
  const auto level = [this](const char* state) {
    return metric("nginx_ingress_controller_nginx_process_connections", state);
  };
  {
    std::vector<std::unique_ptr<H2Connected>> many;
    for (int i = 0; i < 20; ++i) {
      many.push_back(std::make_unique<H2Connected>(headgate->http_port()));
      EXPECT_EQ(many.back()->get("/").status, 200);
    }
    EXPECT_EQ(level("state=\"active\""), 20);
    EXPECT_EQ(level("state=\"waiting\""), 20);
  }
  EXPECT_TRUE(eventually([&] { return level("state=\"active\"") == 0; }));
  EXPECT_EQ(level("state=\"waiting\""), 0);
  EXPECT_EQ(level("state=\"writing\""), 0);
}

}  // namespace
}  // namespace headgate::test_support
