// What deadlines do to HTTP/2 connections and their streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/data_plane_fixture.h"
#include "integration/http2_fixture.h"
#include "support/backend_scripts.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

class Http2Times : public DataPlaneTimes {
 protected:
  [[nodiscard]] H2Connected connect(const H2Client::Settings& settings = {}) const {
    return H2Connected(port.port(), settings);
  }
  [[nodiscard]] std::uint64_t rejected(RejectReason reason) const {
    return plane->stats().at(0)->rejected[static_cast<std::size_t>(reason)].value();
  }
};

TEST_F(Http2Times, AWindowThatStaysShutEndsTheStreamAlone) {
  pod.set_handler(big_body(1024 * 1024));
  proxy::DataPlaneConfig config;
  config.client_send_timeout = kShort;
  start({}, {}, config);
  H2Connected one = connect({{h2::initial_window_size, 0}});
  const std::uint32_t whole = one.begin_get("/held-in-part");
  ASSERT_TRUE(one.until([&] { return one->response(whole).reset.has_value(); }));
  EXPECT_EQ(one->response(whole).status, 200);
  EXPECT_EQ(one->response(whole).reset, h2::cancel);
  EXPECT_TRUE(eventually([&] { return rejected(RejectReason::h2_stalled) == 1; }));
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  pod.set_handler({});  // an answer that is held as a whole
  const std::uint32_t small = one.begin_get("/held-as-a-whole");
  ASSERT_TRUE(one.until([&] { return one->response(small).reset.has_value(); }));
  EXPECT_TRUE(eventually([&] { return rejected(RejectReason::h2_stalled) == 2; }));
  const std::uint32_t open = one.begin_get("/open");
  one.open_window(open, 100000);
  EXPECT_TRUE(one->receive(open).complete) << "the connection goes on";
}

TEST_F(Http2Times, AWindowOpenedInTimeIsNoStall) {
  pod.set_handler(big_body(10));
  proxy::DataPlaneConfig config;
  config.client_send_timeout = kShort;
  start({}, {}, config);
  H2Connected one = connect({{h2::initial_window_size, 0}});
  one->set_gives_windows(false);
  const std::uint32_t stream = one.begin_get("/");
  for (int i = 0; i < 10; ++i) {  // a byte in time, and again
    const std::size_t before = one->response(stream).body.size();
    one.open_window(stream, 1);
    ASSERT_TRUE(one.until([&] { return one->response(stream).body.size() > before; }));
    one.until([] { return false; }, kShort / 3);
  }
  EXPECT_TRUE(one->receive(stream).complete);
  EXPECT_EQ(rejected(RejectReason::h2_stalled), 0u);
}

TEST_F(Http2Times, AClientThatTakesNothingIsReset) {
  pod.set_handler(big_body(64 * 1024 * 1024));
  proxy::DataPlaneConfig config;
  config.client_send_timeout = kShort;
  start({}, {}, config);
  ClientOptions options;
  options.receive_buffer = 16 * 1024;
  H2Connected deaf(port.port(), {{h2::initial_window_size, 0x7fffffff}}, options);
  deaf.open_window(0, 0x7fffffff - 65535);
  deaf.begin_get("/");
  EXPECT_TRUE(eventually([&] { return rejected(RejectReason::h2_stalled) == 1; }));
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
}

TEST_F(Http2Times, AnUploadThatStopsIs408OnItsStreamAlone) {
  router::ListenerSettings listeners;
  listeners.client_body_timeout = kShort;
  start(listeners);
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up", {{"content-length", "10"}});
  one->send(h2_frame(h2::data, 0, stream, "hel"));
  ASSERT_TRUE(one.until([&] { return one->response(stream).reset.has_value(); }));
  EXPECT_EQ(one->response(stream).status, 408);
  EXPECT_THAT(one->response(stream).body, HasSubstr("408 Request Time-out"));
  EXPECT_EQ(one->response(stream).reset, h2::no_error);
  for (const HttpRequest& seen : pod.requests()) EXPECT_FALSE(seen.complete);
  EXPECT_EQ(one.get("/next").status, 200);
}

TEST_F(Http2Times, APodThatTakesNoContentIsNotTheClientsFault) {
  pod.set_handler([this](BackendExchange& exchange) {
    gate.wait();
    exchange.read_body();
    exchange.respond_with_echo();
  });
  router::ListenerSettings listeners;
  listeners.client_body_timeout = kShort;
  router::RouteSettings settings;
  settings.max_body_bytes = 0;
  start(listeners, settings);
  H2Connected one = connect();
  const std::uint32_t stream = one.begin("POST", "/up");
  const std::string piece(16384, 'x');
  while (one->window(stream) >= 16384 || one->step(Deadline(3 * kShort))) {
    if (one->window(stream) >= 16384) one->send_piece(stream, piece);
  }
  EXPECT_EQ(one->response(stream).status, 0) << "answered while the pod held it up";
  gate.open();
  EXPECT_TRUE(one->send_body(stream, ""));
  EXPECT_EQ(one->receive(stream).status, 200);
}

TEST_F(Http2Times, AnIdleConnectionIsSaidGoodbye) {
  router::ListenerSettings listeners;
  listeners.keep_alive = kShort;
  start(listeners);
  H2Connected one = connect();
  EXPECT_EQ(one.get("/").status, 200);
  EXPECT_EQ(one->wait_for_goaway(), h2::no_error);
  EXPECT_TRUE(one.until([&] { return one->end() != ReadEnd::data; }));
  EXPECT_EQ(one->end(), ReadEnd::closed);
}

TEST_F(Http2Times, AConnectionWithoutARequestIsEnded) {
  router::ListenerSettings listeners;
  listeners.client_header_timeout = kShort;
  start(listeners);
  H2Connected silent = connect();
  EXPECT_EQ(silent->wait_for_goaway(), h2::no_error);
  RawClient one = client();
  // A head that is never finished is no request.
  one.send(std::string(h2::preface) + h2_settings({}) +
           h2_frame(h2::headers, h2::end_stream, 1, h2_block(h2_request_fields("GET", "x.test", "/"))));
  ReadEnd end = ReadEnd::data;
  one.read_until_close(end);
  EXPECT_EQ(end, ReadEnd::closed);
  RawClient half = client();
  half.send(h2::preface.substr(0, 10));
  EXPECT_EQ(half.receive().status, 408);
}

TEST_F(Http2Times, APodThatIsTooSlowIs504OnItsStreamAlone) {
  pod.set_handler([](BackendExchange& exchange) {
    if (exchange.request().target == "/never") {
      never_answer()(exchange);
    } else {
      exchange.respond_with_echo();
    }
  });
  router::RouteSettings settings;
  settings.read_timeout = kShort;
  settings.tries = 1;
  start({}, settings);
  H2Connected one = connect();
  const std::uint32_t never = one.begin_get("/never");
  EXPECT_EQ(one.get("/other").status, 200);
  EXPECT_EQ(one->receive(never).status, 504);
}

}  // namespace
}  // namespace headgate::test_support
