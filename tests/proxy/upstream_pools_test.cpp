// Which connection a try gets: streams of one HTTP/2 connection, and what becomes of one nobody waits for.
#include "proxy/upstream_pools.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <array>

#include "proxy/upstream.h"
#include "proxy/worker_fixture.h"
#include "support/loopback.h"

namespace headgate::proxy {
namespace {

class Waiting final : public UpstreamUser {
 public:
  void on_connected() override { ++connected; }
  void on_upstream_drained() override {}
  void on_interim(http::ResponseHead&) override {}
  void on_response_head(http::ResponseHead&, const http::ResponseFacts&, char*, std::size_t, bool) override {}
  void on_response_body(char*, std::size_t, bool) override {}
  void on_response_trailers(std::string_view) override {}
  void on_switching(http::ResponseHead&, UpstreamConnection&) override {}
  void on_upstream_failed(UpstreamFailure how, bool, bool) override {
    ++failed;
    failure = how;
  }
  [[nodiscard]] bool response_paused() const override { return false; }
  [[nodiscard]] std::size_t response_room() const override { return 65536; }
  [[nodiscard]] http::ResponseContext response_context() const override { return {}; }
  [[nodiscard]] const router::RouteSettings& settings() const override { return settings_; }

  int connected = 0;
  int failed = 0;
  UpstreamFailure failure{};
  router::RouteSettings settings_;
};

class UpstreamPoolsTest : public ::testing::Test {
 protected:
  UpstreamPoolsTest() {
    router::Endpoint pod;
    pod.address = SocketAddress::parse("127.0.0.1", listener_.port).value();
    router::EndpointSet set;
    set.endpoints.push_back(pod);
    pool_->adopt(set);
    endpoint_ = pool_->choose(nullptr, 0);
    way_.http2 = true;
  }
  ~UpstreamPoolsTest() override { worker_.upstreams.close_all(); }

  Upstream* take(Reuse reuse, std::size_t user) {
    return worker_.upstreams.checkout(*endpoint_, users_[user], way_, reuse);
  }
  H2UpstreamConnection& connection(std::size_t at = 0) { return *endpoint_->h2.at(at); }

  WorkerFixture worker_;
  test_support::BoundSocket listener_ = test_support::listen_on();
  EndpointPoolRef pool_{new EndpointPool(std::make_shared<router::Cluster>(), 0)};
  EndpointRef endpoint_;
  UpstreamWay way_;
  std::array<Waiting, 3> users_;
};

TEST_F(UpstreamPoolsTest, StreamsOfALostConnectionShareTheNextOne) {
  for (std::size_t user = 0; user < users_.size(); ++user) {
    Upstream* const stream = take(Reuse::none, user);
    ASSERT_NE(stream, nullptr);
    EXPECT_FALSE(stream->is_reused()) << "it has carried nothing yet, whoever came first";
  }
  ASSERT_EQ(endpoint_->h2.size(), 1u);
  connection().on_io(EPOLLOUT);
  for (const Waiting& user : users_) EXPECT_EQ(user.connected, 1);
}

TEST_F(UpstreamPoolsTest, AFreshOneIsNotOneThatIsOpenAlready) {
  ASSERT_NE(take(Reuse::any, 0), nullptr);
  connection().on_io(EPOLLOUT);
  Upstream* const joined = take(Reuse::any, 1);
  ASSERT_NE(joined, nullptr);
  EXPECT_TRUE(joined->is_reused());
  EXPECT_EQ(endpoint_->h2.size(), 1u);
  ASSERT_NE(take(Reuse::none, 2), nullptr);
  EXPECT_EQ(endpoint_->h2.size(), 2u);
}

TEST_F(UpstreamPoolsTest, ARetiredOneThatNobodyWaitsForDoesNotGoOnConnecting) {
  Upstream* const stream = take(Reuse::any, 0);
  ASSERT_NE(stream, nullptr);
  H2UpstreamConnection& connecting = connection();
  pool_->adopt({});  // its endpoint is gone
  connecting.on_io(0);
  EXPECT_EQ(endpoint_->h2.size(), 1u) << "somebody waits for it";
  stream->close();
  connecting.on_io(0);
  EXPECT_TRUE(endpoint_->h2.empty());
  EXPECT_EQ(users_[0].failed, 0);
}

TEST_F(UpstreamPoolsTest, WhoeverJoinsWaitsByItsOwnTime) {
  users_[0].settings_.connect_timeout = std::chrono::seconds(60);
  users_[1].settings_.connect_timeout = std::chrono::seconds(1);
  ASSERT_NE(take(Reuse::any, 0), nullptr);
  ASSERT_NE(take(Reuse::any, 1), nullptr);
  ASSERT_EQ(endpoint_->h2.size(), 1u);
  for (int i = 0; i < 15; ++i) worker_.advance(TimerWheel::kTick);
  EXPECT_EQ(users_[1].failed, 1);
  EXPECT_EQ(users_[1].failure, UpstreamFailure::connect_timeout);
  EXPECT_EQ(users_[0].failed, 0) << "it has more time";
  ASSERT_NE(take(Reuse::any, 2), nullptr);
  EXPECT_EQ(endpoint_->h2.size(), 2u) << "what somebody has waited for in vain is joined by nobody";
  connection().on_io(EPOLLOUT);
  EXPECT_EQ(users_[0].connected, 1);
}

TEST_F(UpstreamPoolsTest, OneThatNobodyWaitsForConnectsForAMomentOnly) {
  Upstream* const stream = take(Reuse::any, 0);
  ASSERT_NE(stream, nullptr);
  stream->close();
  connection().on_io(0);
  for (int i = 0; i < 60; ++i) worker_.advance(TimerWheel::kTick);
  EXPECT_TRUE(endpoint_->h2.empty());
  EXPECT_EQ(worker_.stats.upstream_connect_errors.value(), 1u);
}

TEST_F(UpstreamPoolsTest, LastSettingsOfAPodBoundItsNextConnection) {
  endpoint_->most_streams = 2;
  for (std::size_t user = 0; user < users_.size(); ++user) ASSERT_NE(take(Reuse::none, user), nullptr);
  EXPECT_EQ(endpoint_->h2.size(), 2u);
}

TEST_F(UpstreamPoolsTest, OneThatConnectsStaysForOthersWhereItsEndpointDoes) {
  Upstream* const stream = take(Reuse::any, 0);
  ASSERT_NE(stream, nullptr);
  H2UpstreamConnection& connecting = connection();
  stream->close();
  connecting.on_io(0);
  ASSERT_EQ(endpoint_->h2.size(), 1u);
  ASSERT_NE(take(Reuse::none, 1), nullptr);
  EXPECT_EQ(endpoint_->h2.size(), 1u);
}

}  // namespace
}  // namespace headgate::proxy
