// Spans on their way to a collector that is there, is not there, or does strange things.
#include "app/span_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <boost/asio/post.hpp>

#include "observe/otlp.h"
#include "support/deadline.h"
#include "support/h2_frames.h"
#include "support/otlp_collector.h"
#include "support/stream_pod.h"

namespace headgate::app {
namespace {

using namespace std::chrono_literals;
using test_support::Deadline;
using test_support::OtlpCollector;
using test_support::StreamPod;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Every name is this machine, or none is.
class OneAddress final : public k8swatch::NameResolver {
 public:
  explicit OneAddress(boost::asio::io_context& io) : io_(io) {}
  void resolve(const std::string& name, Done done) override {
    asked.push_back(name);
    boost::asio::post(io_, [this, done = std::move(done)] {
      k8swatch::NameAnswer answer;
      answer.outcome = known ? k8swatch::NameAnswer::Outcome::found : k8swatch::NameAnswer::Outcome::absent;
      answer.error = "there is no such name";
      if (known) answer.addresses = {*SocketAddress::parse("127.0.0.1", 0)};
      done(answer);
    });
  }

  bool known = true;
  std::vector<std::string> asked;

 private:
  boost::asio::io_context& io_;
};

class SpanExporterTest : public ::testing::Test {
 protected:
  [[nodiscard]] static k8swatch::CollectorSettings to(std::uint16_t port, std::string host = "127.0.0.1") {
    k8swatch::CollectorSettings settings;
    settings.host = std::move(host);
    settings.port = port;
    settings.delay = 1ms;
    return settings;
  }
  void push(observe::SpanQueue& queue, int count = 1) {
    observe::Span span;
    span.trace_id[0] = span.span_id[0] = 1;
    for (int i = 0; i < count; ++i) queue.push(observe::encode_span(span));
  }
  // Runs what is due until `condition` holds.
  template <typename Condition>
  [[nodiscard]] bool until(Condition condition, std::chrono::milliseconds within = test_support::kPatience) {
    const Deadline deadline(within);
    while (!condition() && !deadline.passed()) io.run_one_for(1ms);
    return condition();
  }
  // A pod that does `what` with each connection.
  [[nodiscard]] bool told_by(const test_support::StreamHandler& what, std::string_view text) {
    StreamPod pod(what);
    exporter.update(to(pod.port()));
    push(first);
    const bool told = until([&] { return said.find(text) != std::string::npos; });
    if (told) exporter.update({});
    return told;
  }

  boost::asio::io_context io;
  OneAddress resolver{io};
  observe::SpanQueue first{{}};
  observe::SpanQueue second{{}};
  std::string said;
  SpanExporter exporter{
      io, resolver, {&first, &second}, {"", "", "", "1"}, [this](const std::string& text) { said = text; }};
};

TEST_F(SpanExporterTest, SendsTheSpansOfAllWorkers) {
  OtlpCollector collector;
  exporter.update(to(collector.port(), "collector.example"));
  push(first, 2);
  push(second, 3);
  EXPECT_TRUE(until([&] { return exporter.totals().sent == 5; })) << said;
  EXPECT_THAT(collector.spans(), SizeIs(5));
  push(first);
  EXPECT_TRUE(until([&] { return exporter.totals().sent == 6; })) << said;
  EXPECT_THAT(resolver.asked, ::testing::ElementsAre("collector.example")) << "the connection is kept";
  EXPECT_EQ(said, "");
}

TEST_F(SpanExporterTest, NoBatchIsLargerThanItMayBe) {
  OtlpCollector collector;
  k8swatch::CollectorSettings settings = to(collector.port());
  settings.max_batch = 10;
  exporter.update(settings);
  push(first, 95);
  push(second, 7);
  EXPECT_TRUE(until([&] { return exporter.totals().sent == 102; })) << said;
  EXPECT_LE(collector.largest_call(), 10u);
}

TEST_F(SpanExporterTest, AWorkerWakesItBeforeTheDelay) {
  OtlpCollector collector;
  k8swatch::CollectorSettings settings = to(collector.port());
  settings.delay = 1h;
  exporter.update(settings);
  push(first, 3);
  exporter.wake();
  EXPECT_TRUE(until([&] { return exporter.totals().sent == 3; })) << said;
}

TEST_F(SpanExporterTest, MessagesHaveABoundInBytes) {
  OtlpCollector collector;
  k8swatch::CollectorSettings settings = to(collector.port());
  settings.max_batch = settings.max_queue = 100'000;
  exporter.update(settings);
  const std::string target(observe::kMostSpanText, 'x');
  observe::Span span;
  span.trace_id[0] = span.span_id[0] = 1;
  span.target = target;
  constexpr int kSpans = 1500;
  for (int i = 0; i < kSpans; ++i) ASSERT_TRUE(first.push(observe::encode_span(span)));
  EXPECT_TRUE(until([&] { return exporter.totals().sent == kSpans; })) << said;
  EXPECT_LE(collector.largest_call() * target.size(), SpanExporter::kMostBatchBytes);
  EXPECT_GE(collector.calls(), 3u);
}

TEST_F(SpanExporterTest, WithoutACollectorItRests) {
  push(first);
  exporter.update({});
  EXPECT_FALSE(until([&] { return exporter.totals().sent != 0; }, 20ms));
  exporter.begin_end();
  EXPECT_TRUE(exporter.is_over());
}

TEST_F(SpanExporterTest, ANameThatIsNoneIsToldOf) {
  resolver.known = false;
  exporter.update(to(4317, "nobody.example"));
  push(first);
  EXPECT_TRUE(until([&] { return !said.empty(); }));
  EXPECT_THAT(said,
              HasSubstr("nobody.example:4317 cannot be reached: its name cannot be looked up: there is"));
}

TEST_F(SpanExporterTest, StrangeCollectorsAreToldOf) {
  using namespace test_support;
  EXPECT_TRUE(told_by([](int) {}, "the connection broke off")) << said;
  const auto say = [](std::string_view bytes) {
    return [bytes = std::string(bytes)](int fd) {
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      char input[4096];
      while (::recv(fd, input, sizeof input, 0) > 0) {
      }
    };
  };
  EXPECT_TRUE(told_by(say("HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak HTTP/2")) << said;
  EXPECT_TRUE(told_by(say(h2_settings({}) + h2_frame(h2::data, 0, 0, "x")), "cannot be reached")) << said;
  EXPECT_TRUE(
      told_by(say(h2_settings({}) + h2_frame(h2::headers, h2::end_headers | h2::end_stream, 1, "\x88")),
              "takes no spans: its answer has no grpc-status"))
      << said;
  EXPECT_TRUE(
      told_by(say(h2_settings({}) + h2_frame(h2::goaway, 0, 0, h2_number(0) + h2_number(h2::no_error))),
              "cannot be reached"))
      << said;
  EXPECT_EQ(exporter.totals().sent, 0u);
  EXPECT_GE(exporter.totals().dropped_collector, 4u);
}

TEST_F(SpanExporterTest, MovesWithACallUnderWay) {
  StreamPod silent([](int fd) {
    char input[4096];
    while (::recv(fd, input, sizeof input, 0) > 0) {
    }
  });
  exporter.update(to(silent.port()));
  push(first, 2);
  ASSERT_TRUE(until([&] { return silent.connection_count() == 1 && first.size() == 0; }));
  OtlpCollector collector;
  exporter.update(to(collector.port()));
  EXPECT_TRUE(until([&] { return exporter.totals().sent == 2; })) << said;
  EXPECT_EQ(exporter.totals().dropped_collector, 0u);
}

TEST_F(SpanExporterTest, TheEndIsBounded) {
  StreamPod silent([](int fd) {
    char input[4096];
    while (::recv(fd, input, sizeof input, 0) > 0) {
    }
  });
  exporter.update(to(silent.port()));
  push(first);
  ASSERT_TRUE(until([&] { return silent.connection_count() == 1; }));
  exporter.begin_end();
  EXPECT_FALSE(exporter.is_over());
  EXPECT_TRUE(until([&] { return exporter.is_over(); }));
  EXPECT_EQ(exporter.totals().dropped_collector, 1u);
}

TEST_F(SpanExporterTest, TheEndSendsAllThatWaits) {
  OtlpCollector collector;
  k8swatch::CollectorSettings settings = to(collector.port());
  settings.delay = 1h;
  settings.max_batch = 4;
  exporter.update(settings);
  push(first, 3);
  push(second, 3);
  exporter.begin_end();
  EXPECT_TRUE(until([&] { return exporter.is_over(); }));
  EXPECT_THAT(collector.spans(), SizeIs(6));
}

}  // namespace
}  // namespace headgate::app
