// TLS clients that mean harm, or are only odd: the odd ones are served, the others cut off and counted, and
// the client beside them is served all the while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "integration/attacked_pod.h"
#include "support/tls_by_hand.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

// What a connection may hold whose handshake has not ended.
constexpr std::size_t kMostHalfOpenKib = 40;
constexpr int kHalfOpen = 2000;

class HostileTls : public AttackedPod {
 protected:
  // Handshakes that ended with this result.
  [[nodiscard]] double counted(const std::string& result) const {
    return metric(headgate->admin("/metrics").body, "headgate_tls_handshakes_total",
                  "result=\"" + result + "\"");
  }
  // All that were not done.
  [[nodiscard]] double failed() const {
    return metric(headgate->admin("/metrics").body, "headgate_tls_handshakes_total") - counted("full") -
           counted("resumed");
  }
  [[nodiscard]] RawClient raw() const { return RawClient(headgate->https_port()); }

  // A request over the finished handshake.
  static void expect_answer(TlsByHand& tls, RawClient& wire) {
    wire.send(tls.sealed(make_request("GET", "x.test", "/odd")));
    EXPECT_THAT(tls.opened(wire, Deadline(kPatience)), HasSubstr("HTTP/1.1 200 "));
  }
};

TEST_F(HostileTls, AHelloInRecordsOfOneByteIsServed) {
  begin();
  const double before = counted("full");
  TlsByHand tls("x.test");
  RawClient wire = raw();
  ASSERT_TRUE(wire.send(cut_record(tls.hello(), 1)));
  ASSERT_TRUE(tls.finish(wire, Deadline(kPatience)));
  expect_answer(tls, wire);
  EXPECT_GT(counted("full"), before);
}

TEST_F(HostileTls, AHelloInSegmentsOfOneByteIsServed) {
  begin();
  TlsByHand tls("x.test");
  RawClient wire = raw();
  for (const char byte : tls.hello()) ASSERT_TRUE(wire.send({&byte, 1}));
  ASSERT_TRUE(tls.finish(wire, Deadline(kPatience)));
  expect_answer(tls, wire);
}

TEST_F(HostileTls, HellosNeverFinishedAreCutOffAndCounted) {
  begin();
  const double before = counted("timed_out");
  std::vector<RawClient> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(raw());
    TlsByHand tls("x.test");
    const std::string hello = tls.hello();
    slow.back().send(hello.substr(0, i % 2 == 0 ? hello.size() / 2 : 1));
  }
  for (RawClient& one : slow) {
    ReadEnd end = ReadEnd::data;
    one.read_until_close(end);
    EXPECT_NE(end, ReadEnd::timed_out) << "left open";
  }
  EXPECT_TRUE(eventually([&] { return counted("timed_out") >= before + 20; }));
}

TEST_F(HostileTls, GarbageIsRefusedAndCounted) {
  begin();
  const double before = failed();
  std::mt19937 random(1);  // the same bytes in every run
  for (int i = 0; i < 200; ++i) {
    std::string garbage(1 + random() % 4000, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    if (i % 2 == 0)
      garbage.replace(0, std::min<std::size_t>(3, garbage.size()), "\x16\x03\x01");  // a record, almost
    RawClient one = raw();
    one.send(garbage);
    one.half_close();
    ReadEnd end = ReadEnd::data;
    one.read_until_close(end);
    ASSERT_NE(end, ReadEnd::timed_out) << "garbage " << i;
  }
  EXPECT_TRUE(eventually([&] { return failed() >= before + 150; })) << failed() - before;
}

TEST_F(HostileTls, HttpOnTheTlsPortIsToldSoAndCounted) {
  begin();
  const double before = counted("plain_http");
  RawClient one = raw();
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/"));
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_TRUE(eventually([&] { return counted("plain_http") > before; }));
}

TEST_F(HostileTls, TwoThousandHalfOpenHandshakesHoldNobodyUp) {
  begin();
  allowed_kib_ = kHalfOpen * kMostHalfOpenKib;
  std::vector<RawClient> half_open;
  half_open.reserve(kHalfOpen);
  TlsByHand tls("x.test");
  const std::string hello = tls.hello();
  for (int i = 0; i < kHalfOpen; ++i) {
    half_open.push_back(raw());
    // Half a hello, or a whole one whose answer is never answered.
    half_open.back().send(i % 2 == 0 ? std::string_view(hello).substr(0, hello.size() / 2) : hello);
  }
  expect_served_neighbour();
  expect_bounded_memory();
  expect_still_serving();
  const double before = failed();
  half_open.clear();
  EXPECT_TRUE(eventually([&] { return failed() >= before + kHalfOpen / 2; })) << failed() - before;
}

// Whoever takes nothing of what is sent holds only what is on its way.
TEST_F(HostileTls, AHundredThousandKeyUpdatesAreBounded) {
  begin();
  TlsByHand tls("x.test");
  RawClient wire = raw();
  wire.send(tls.hello());
  ASSERT_TRUE(tls.finish(wire, Deadline(kPatience)));
  bool taken = true;
  for (int i = 0; i < 1000 && taken; ++i) {
    std::string batch;
    for (int update = 0; update < 100; ++update) batch += tls.key_update();
    taken = wire.send(batch);
  }
}

TEST_F(HostileTls, EmptyRecordsWithoutEndAreCutOff) {
  begin();
  TlsByHand tls("x.test");
  RawClient wire = raw();
  wire.send(tls.hello());
  ASSERT_TRUE(tls.finish(wire, Deadline(kPatience)));
  const std::string empty("\x14\x03\x03\x00\x00", 5);  // ChangeCipherSpec without content
  std::string many;
  for (int i = 0; i < 1000; ++i) many += empty;
  for (int i = 0; i < 100 && wire.send(many, std::chrono::seconds(5)); ++i) {
  }
  ReadEnd end = ReadEnd::data;
  wire.read_until_close(end);
  EXPECT_NE(end, ReadEnd::timed_out) << "left open";
}

}  // namespace
}  // namespace headgate::test_support
