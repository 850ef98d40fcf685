// HTTP/2 clients that mean harm: each is recognised, counted and cut off with GOAWAY, memory stays bounded,
// and the client beside it is served all the while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "integration/attacked_pod.h"
#include "support/full_run.h"
#include "support/ticker.h"

namespace headgate::test_support {
namespace {

using ::testing::AnyOf;

// What a stream whose answer nobody takes may hold: the pieces of it that are under way.
constexpr std::size_t kMostHeldStreamKib = 80;
constexpr int kBatch = 100;  // pieces written at a time

std::string reset_of(std::uint32_t stream) {
  return h2_frame(h2::rst_stream, 0, stream, h2_number(h2::cancel));
}

// HEADERS of a request with a body to come.
std::string open_post(std::uint32_t stream, const FieldList& more = {}) {
  return h2_frame(h2::headers, h2::end_headers, stream,
                  h2_block(h2_request_fields("POST", "x.test", "/", more)));
}

class HostileH2 : public AttackedPod {
 protected:
  void SetUp() override { begin(); }

  // An attacker's connection.
  struct Attacker {
    explicit Attacker(TlsClient client, const H2Client::Settings& settings = {})
        : stream(std::move(client)), h2(stream, settings) {
      // The server's SETTINGS: their acknowledgement shall not come between the frames of a header section.
      h2.step(Deadline(kPatience));
    }
    TlsClient stream;
    H2Client h2;
    // What has come so far, so that the server is not held up by us. False: the connection is over.
    bool drain() {
      while (h2.step(Deadline(std::chrono::milliseconds(0)))) {
      }
      return h2.end() == ReadEnd::data && !h2.goaway();
    }
  };
  std::unique_ptr<Attacker> attacker(const H2Client::Settings& settings = {}) const {
    return std::make_unique<Attacker>(client(tls({"h2"})), settings);
  }

  // Sends `piece(0)`, `piece(1)`, … `count` of them if they are taken; true where the connection was ended.
  static bool is_cut_off(Attacker& one, int count, const std::function<std::string(int)>& piece) {
    std::string batch;
    for (int i = 0; i < count; ++i) {
      batch += piece(i);
      if (i % kBatch != kBatch - 1 && i != count - 1) continue;
      if (!one.drain() || !one.h2.send(batch)) return true;
      batch.clear();
    }
    one.h2.wait_for_goaway(std::chrono::seconds(5));
    return !one.drain();
  }
  // And that is counted under one of the reasons. A GOAWAY may be lost in the reset that follows.
  void expect_flood(const std::vector<std::string>& reasons, int count,
                    const std::function<std::string(int)>& piece, const std::string& first = "") {
    const auto counted = [&] {
      double sum = 0;
      for (const std::string& reason : reasons) sum += rejected(reason);
      return sum;
    };
    const double before = counted();
    auto one = attacker();
    one->h2.send(first);
    EXPECT_TRUE(is_cut_off(*one, count, piece)) << count << " frames, and the connection lives";
    EXPECT_THAT(one->h2.goaway().value_or(h2::enhance_your_calm),
                AnyOf(h2::enhance_your_calm,
                      reasons.back() == "h2_protocol" ? h2::protocol_error : h2::enhance_your_calm));
    EXPECT_TRUE(eventually([&] { return counted() > before; }))
        << reasons.front() << " was not counted, but:\n"
        << all_rejected();
  }
  // Of requests whose head is too much: refused on the stream or with the connection, and counted.
  void expect_head_refused(const std::vector<std::string>& frames) {
    const auto count = [this] {
      return rejected("h2_flood_headers") + rejected("header_too_large") + rejected("too_many_headers") +
             rejected("h2_protocol");
    };
    const double before = count();
    const std::size_t requests = pod_requests();
    auto one = attacker();
    for (const std::string& frame : frames)
      if (!one->drain() || !one->h2.send(frame)) break;
    const H2Response response = one->h2.receive(1, std::chrono::seconds(10));
    EXPECT_TRUE(response.status == 431 || response.status == 400 || response.reset || !one->drain())
        << "status " << response.status;
    EXPECT_TRUE(eventually([&] { return count() > before; })) << "not counted";
    EXPECT_EQ(pod_requests(), requests) << "it reached the pod";
  }
  // Of attackers: their requests are for /evil.
  [[nodiscard]] std::size_t pod_requests() const {
    std::size_t count = 0;
    for (const HttpRequest& request : pod.requests()) count += request.target.starts_with("/evil") ? 1 : 0;
    return count;
  }
};

// CVE-2023-44487, at 10,000 resets a second on as many connections as it takes.
TEST_F(HostileH2, RapidResetsAreCutOffAtTenThousandASecond) {
  const double before = rejected("h2_flood_reset");
  Ticker beat(std::chrono::milliseconds(10));
  std::unique_ptr<Attacker> one = attacker();
  int cut_off = 0;
  int sent = 0;
  for (int tick = 0; tick < 200; ++tick) {
    beat.next();
    std::string batch;
    for (int i = 0; i < 100; ++i) {
      const std::uint32_t stream = one->h2.next_stream();
      batch += h2_get(stream, "x.test", "/evil") + reset_of(stream);
    }
    sent += 100;
    if (one->drain() && one->h2.send(batch)) continue;
    ++cut_off;
    one = attacker();
  }
  EXPECT_GT(cut_off, 0) << "20,000 resets and nobody minds";
  EXPECT_TRUE(eventually([&] { return rejected("h2_flood_reset") >= before + cut_off; }));
  EXPECT_LT(pod_requests(), static_cast<std::size_t>(sent)) << "every cancelled request went to the pod";
  one.reset();
  EXPECT_TRUE(eventually([&] { return pod.open_connections() < 150; })) << pod.open_connections();
  std::printf("%d resets, %d connections cut off, %zu requests reached the pod\n", sent, cut_off,
              pod_requests());
}

TEST_F(HostileH2, AClientThatCancelsNowAndThenIsNotPunished) {
  auto one = attacker();
  for (int i = 0; i < 40; ++i) {
    const std::uint32_t stream = one->h2.next_stream();
    one->h2.send(h2_get(stream, "x.test", "/cancelled") + reset_of(stream));
    const H2Response response = one->h2.get("x.test", "/wanted");
    ASSERT_EQ(response.status, 200) << i;
    ASSERT_TRUE(response.complete) << i;
  }
  EXPECT_FALSE(one->h2.goaway());
}

// CVE-2025-8671 (MadeYouReset): the client makes us reset its streams. Whether it first spends what is
// allowed of that or opens more streams than are allowed (an error of the connection) is a matter of timing.
struct SelfReset {
  const char* name;
  std::string (*frames)(std::uint32_t stream);
};
void PrintTo(const SelfReset& value, std::ostream* out) { *out << value.name; }
class HostileH2SelfReset : public HostileH2, public ::testing::WithParamInterface<SelfReset> {};

TEST_P(HostileH2SelfReset, IsCutOff) {
  const auto piece = [](int i) { return GetParam().frames(2 * static_cast<std::uint32_t>(i) + 1); };
  expect_flood({"h2_flood_self_reset", "h2_protocol"}, 20000, piece);
  EXPECT_TRUE(eventually([&] { return pod.open_connections() < 150; })) << pod.open_connections();
}

std::string window_overflow(std::uint32_t stream) {
  return open_post(stream) + h2_frame(h2::window_update, 0, stream, h2_number(0x7fffffff));
}
// An error of the whole connection, at once.
std::string window_of_nothing(std::uint32_t stream) {
  return open_post(stream) + h2_frame(h2::window_update, 0, stream, h2_number(0));
}
std::string length_without_content(std::uint32_t stream) {
  return h2_get(stream, "x.test", "/evil", {{"content-length", "5"}});
}
std::string connection_field(std::uint32_t stream) {
  return h2_get(stream, "x.test", "/evil", {{"connection", "x"}});
}

INSTANTIATE_TEST_SUITE_P(MadeYouReset, HostileH2SelfReset,
                         ::testing::Values(SelfReset{"WindowOverflow", window_overflow},
                                           SelfReset{"WindowOfNothing", window_of_nothing},
                                           SelfReset{"LengthWithoutContent", length_without_content},
                                           SelfReset{"ConnectionField", connection_field}),
                         [](const auto& named) { return named.param.name; });

// One mistake is not an attack: it ends its stream, and the others on the connection go on (RFC 9113 §8.1.1).
TEST_F(HostileH2, AMalformedRequestHarmsItsStreamAlone) {
  const std::vector<FieldList> mistakes{{{"connection", "x"}},
                                        {{"content-length", "5"}},
                                        {{"Upper", "case"}},
                                        {{"te", "gzip"}},
                                        {{"x y", "a space"}},
                                        {{":late", "pseudo"}},
                                        {{"transfer-encoding", "chunked"}}};
  for (const FieldList& mistake : mistakes) {
    auto one = attacker();
    const std::uint32_t stream = one->h2.next_stream();
    one->h2.send(h2_get(stream, "x.test", "/evil", mistake));
    const H2Response refused = one->h2.receive(stream, std::chrono::seconds(10));
    EXPECT_TRUE(refused.reset || refused.status == 400) << mistake.front().first << ": " << refused.status;
    EXPECT_EQ(one->h2.get("x.test", "/next").status, 200) << mistake.front().first;
  }
  EXPECT_EQ(pod_requests(), 0u);
}

struct Flood {
  const char* name;
  const char* reason;
  int count;
  std::string first;  // sent once
  std::string frame;  // sent again and again
};
void PrintTo(const Flood& value, std::ostream* out) { *out << value.name; }
class HostileH2Flood : public HostileH2, public ::testing::WithParamInterface<Flood> {};

TEST_P(HostileH2Flood, IsCutOff) {
  const Flood& flood = GetParam();
  expect_flood(
      {flood.reason}, flood.count, [&](int) { return flood.frame; }, flood.first);
}

INSTANTIATE_TEST_SUITE_P(
    Floods, HostileH2Flood,
    ::testing::Values(
        Flood{"Ping", "h2_flood_ping", 50000, "", h2_frame(h2::ping, 0, 0, "12345678")},
        Flood{"Settings", "h2_flood_settings", 50000, "", h2_settings({{h2::initial_window_size, 65535}})},
        Flood{"EmptySettings", "h2_flood_settings", 50000, "", h2_settings({})},
        Flood{"Priority", "h2_flood_priority", 200000, "",
              h2_frame(h2::priority, 0, 9, h2_number(0) + std::string(1, '\x10'))},
        Flood{"EmptyData", "h2_flood_empty_data", 200000, open_post(1), h2_frame(h2::data, 0, 1)},
        Flood{"Unknown", "h2_flood_unknown", 200000, "", h2_frame(0xbb, 0, 0, "")},
        Flood{"WindowUpdate", "h2_flood_window", 200000, "", h2_frame(h2::window_update, 0, 0, h2_number(1))},
        Flood{"Continuation", "h2_flood_headers", 10000,
              h2_frame(h2::headers, h2::end_stream, 1, h2_block(h2_request_fields("GET", "x.test", "/evil"))),
              h2_frame(h2::continuation, 0, 1, h2_block({{"x-more", std::string(1000, 'x')}}))},
        Flood{"EmptyContinuation", "h2_flood_headers", 100000,
              h2_frame(h2::headers, h2::end_stream, 1, h2_block(h2_request_fields("GET", "x.test", "/evil"))),
              h2_frame(h2::continuation, 0, 1)}),
    [](const auto& named) { return named.param.name; });

TEST_F(HostileH2, AHeaderListOfAMebibyteIsRefused) {
  std::vector<std::string> frames;
  std::string block = h2_block(h2_request_fields("GET", "x.test", "/evil"));
  for (int i = 0; i < 64; ++i) {
    for (int field = 0; field < 16; ++field)
      block += h2_block({{"x-" + std::to_string(16 * i + field), std::string(1000, 'x')}});
    frames.push_back(
        h2_frame(i == 0 ? h2::headers : h2::continuation,
                 static_cast<std::uint8_t>((i == 0 ? h2::end_stream : 0) | (i == 63 ? h2::end_headers : 0)),
                 1, block.substr(0, 16384)));
    block.erase(0, 16384);
  }
  expect_head_refused(frames);
}

// CVE-2016-6581: one entry in the dynamic table, referred to again and again by one byte.
TEST_F(HostileH2, AnHpackBombIsRefused) {
  const std::string value(3900, 'x');
  std::string entry = "\x40";  // literal with incremental indexing, RFC 7541 §6.2.1
  entry += h2_block({{"x-bomb", value}}).substr(1);
  const std::string bomb(16000, '\xbe');  // index 62, the newest entry: 62 MB of fields in each frame
  std::vector<std::string> frames{h2_frame(h2::headers, h2::end_stream, 1,
                                           h2_block(h2_request_fields("GET", "x.test", "/evil")) + entry)};
  for (int i = 0; i < 7; ++i)
    frames.push_back(h2_frame(h2::continuation, i == 6 ? h2::end_headers : 0, 1, bomb));
  expect_head_refused(frames);
}

// The same with next to no bytes a field: what counts is their number.
TEST_F(HostileH2, ThousandsOfCookieCrumbsAreRefused) {
  std::string block = h2_block(h2_request_fields("GET", "x.test", "/evil"));
  for (int i = 0; i < 4000; ++i) block += h2_block({{"cookie", ""}});
  std::vector<std::string> frames;
  for (bool first = true; !block.empty(); first = false) {
    const bool last = block.size() <= 16384;
    frames.push_back(
        h2_frame(first ? h2::headers : h2::continuation,
                 static_cast<std::uint8_t>((first ? h2::end_stream : 0) | (last ? h2::end_headers : 0)), 1,
                 block.substr(0, 16384)));
    block.erase(0, 16384);
  }
  expect_head_refused(frames);
}

// 500 answers of 4 MiB each that nobody takes: 2 GiB, were they kept.
TEST_F(HostileH2, AWindowOfNothingHoldsNoMemory) {
  constexpr std::size_t kBody = 4 << 20;
  allowed_kib_ = 500 * kMostHeldStreamKib;
  pod.set_handler([script = big_body(kBody)](BackendExchange& exchange) {
    if (exchange.request().target.starts_with("/evil")) {
      script(exchange);
    } else {
      exchange.respond_with_echo();
    }
  });
  std::vector<std::unique_ptr<Attacker>> attackers;
  for (int i = 0; i < 5; ++i) {
    attackers.push_back(attacker({{h2::initial_window_size, 0}}));
    std::string requests;
    for (int stream = 0; stream < 100; ++stream)
      requests += h2_get(attackers.back()->h2.next_stream(), "x.test", "/evil");
    ASSERT_TRUE(attackers.back()->h2.send(requests));
  }
  EXPECT_TRUE(eventually([&] { return pod_requests() == 500; })) << pod_requests();
  expect_bounded_memory();
  expect_served_neighbour();
  if (is_full_run()) {  // 60 s without a byte taken
    EXPECT_TRUE(eventually([&] { return rejected("h2_stalled") >= 500; }, std::chrono::seconds(120)));
  }
  attackers.clear();
  EXPECT_TRUE(eventually([&] { return pod.open_connections() < 150; })) << pod.open_connections();
}

}  // namespace
}  // namespace headgate::test_support
