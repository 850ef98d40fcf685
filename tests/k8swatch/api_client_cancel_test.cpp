// Destroying calls and the client at every moment: nothing is called after that. To be run with
// ThreadSanitizer as well.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "k8swatch/api_client_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

// As much as the client takes, as fast as it can.
void flood(ApiPeerConnection& connection) {
  const std::string chunk(8000, 'x');
  while (!connection.read_request().empty()) {
    connection.begin_chunks();
    while (connection.send_chunk(chunk)) {
    }
  }
}

// Fails the test when it is called after its call is gone.
struct Alarm final : ApiStreamHandler {
  void on_head(const ApiHead&) override { touch(); }
  void on_bytes(std::string_view bytes) override {
    touch();
    seen += bytes.size();
    if (on_some) on_some();
  }
  void on_end(std::optional<ApiError>) override { touch(); }
  void touch() const { EXPECT_TRUE(alive) << "called after the call was destroyed"; }

  bool alive = true;
  std::size_t seen = 0;
  std::function<void()> on_some;
};

struct ApiClientCancel : ApiClientTest {
  ApiClientCancel() { options_.bytes_ahead = 64 * 1024; }
};

TEST_F(ApiClientCancel, CancelsUnderFullStreamManyTimes) {
  serve(flood);
  std::minstd_rand random(1);
  for (int round = 0; round < 150; ++round) {
    Alarm alarm;
    auto call = client().stream(get("/watch"), alarm);
    const std::size_t enough = random() % 400'000;
    ASSERT_TRUE(queue_.run_until([&] { return alarm.seen >= enough; })) << round;
    call.reset();
    alarm.alive = false;
    queue_.run_pending();
  }
}

TEST_F(ApiClientCancel, CancelsFromInsideACallback) {
  serve(flood);
  for (int round = 0; round < 20; ++round) {
    Alarm alarm;
    std::unique_ptr<ApiCall> call;
    alarm.on_some = [&] {
      call.reset();
      alarm.alive = false;
    };
    call = client().stream(get("/watch"), alarm);
    ASSERT_TRUE(queue_.run_until([&] { return !alarm.alive; }));
    queue_.run_pending();
  }
}

TEST_F(ApiClientCancel, CancelsAtAnyMomentOfConnecting) {
  serve(flood);
  for (int round = 0; round < 60; ++round) {
    Alarm alarm;
    auto call = client().stream(get("/watch", "lane" + std::to_string(round % 5)), alarm);
    if (round % 3 != 0) ::poll(nullptr, 0, round % 7);  // into resolving, connecting, the handshake
    call.reset();
    alarm.alive = false;
    queue_.run_pending();
  }
  // And the client goes on to work.
  Alarm alarm;
  const auto call = client().stream(get("/watch"), alarm);
  EXPECT_TRUE(queue_.run_until([&] { return alarm.seen > 0; }));
}

TEST_F(ApiClientCancel, AUnaryCallMayDestroyItselfInItsCallback) {
  serve([](ApiPeerConnection& connection) {
    while (!connection.read_request().empty()) connection.answer(200, "ok");
  });
  std::unique_ptr<ApiCall> call;
  bool done = false;
  call = client().unary(get("/"), [&](const ApiOutcome&) {
    call.reset();
    done = true;
  });
  EXPECT_TRUE(queue_.run_until([&] { return done; }));
}

TEST_F(ApiClientCancel, AnAnswerInTheQueueIsDroppedWithItsCall) {
  serve([&](ApiPeerConnection& connection) {
    connection.read_request();
    connection.answer(200, "ok");
    gate_.open();
    connection.wait_for_end();
  });
  auto call = client().unary(get("/"), [](const ApiOutcome&) { ADD_FAILURE() << "called"; });
  ASSERT_TRUE(gate_.wait());
  call.reset();
  // A later exchange on another lane has passed everything that was on its way.
  bool other = false;
  auto after = client().unary(get("/", "other"), [&](const ApiOutcome&) { other = true; });
  EXPECT_TRUE(queue_.run_until([&] { return other; }));
}

TEST_F(ApiClientCancel, TheServerSeesACancelledCallGo) {
  serve(flood);
  Alarm alarm;
  auto call = client().stream(get("/watch"), alarm);
  ASSERT_TRUE(queue_.run_until([&] { return alarm.seen > 0; }));
  call.reset();
  EXPECT_TRUE(peer_->pod().wait_until_open(0));
}

TEST_F(ApiClientCancel, EightStreamsEndWithTheClientAtOnce) {
  serve(flood);
  std::vector<Alarm> alarms(8);
  std::vector<std::unique_ptr<ApiCall>> calls;
  for (std::size_t i = 0; i < alarms.size(); ++i)
    calls.push_back(client().stream(get("/watch", std::to_string(i)), alarms[i]));
  ASSERT_TRUE(queue_.run_until([&] {
    return std::all_of(alarms.begin(), alarms.end(), [](const Alarm& alarm) { return alarm.seen > 0; });
  }));
  const auto begin = std::chrono::steady_clock::now();
  client_.reset();
  // Far above the promise, which is no matter of tests on a loaded machine.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  for (Alarm& alarm : alarms) alarm.alive = false;
  queue_.run_pending();
  EXPECT_TRUE(peer_->pod().wait_until_open(0));
  calls.clear();
}

TEST_F(ApiClientCancel, CallsMayOutliveTheClient) {
  serve(flood);
  Alarm alarm;
  auto call = client().stream(get("/watch"), alarm);
  ASSERT_TRUE(test_support::eventually([&] { return queue_.has_pending(); }));
  client_.reset();
  alarm.alive = false;
  queue_.run_pending();
  call.reset();
  queue_.run_pending();
}

TEST_F(ApiClientCancel, ACredentialThatComesLateFindsTheCallGone) {
  struct LateAccess : ScriptedAccess {
    void get(std::function<void(const Result<ApiAccess>&)> then) override { ready = std::move(then); }
    std::function<void(const Result<ApiAccess>&)> ready;
  } late;
  serve(flood);
  Alarm alarm;
  auto own = std::make_unique<ApiClient>(options_, late, queue_.post());
  auto call = own->stream(get("/watch"), alarm);
  call.reset();
  alarm.alive = false;
  late.ready(access_.answer);
  queue_.run_pending();
  EXPECT_EQ(peer_->connection_count(), 0U);

  call = own->stream(get("/watch"), alarm);
  own.reset();
  late.ready(access_.answer);
  queue_.run_pending();
  EXPECT_EQ(peer_->connection_count(), 0U);
}

}  // namespace
}  // namespace headgate::k8swatch
