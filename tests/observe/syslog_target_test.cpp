#include "observe/syslog_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "support/syslog_receiver.h"

namespace headgate::observe {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;

class SyslogTargetTest : public testing::Test {
 protected:
  static LogBuffer buffer_of(const std::string& text) {
    LogBuffer buffer = LogBuffer::with_capacity(text.size());
    std::memcpy(buffer.data.get(), text.data(), text.size());
    buffer.size = text.size();
    return buffer;
  }
  static bool never() { return false; }

  test_support::SyslogReceiver receiver_;
  SocketAddress address_ = *SocketAddress::parse("127.0.0.1", receiver_.port());
  std::shared_ptr<SyslogServer> server_ = std::make_shared<SyslogServer>();
};

TEST_F(SyslogTargetTest, HeadsAreNginxs) {
  EXPECT_EQ(SyslogTarget::head_at(0, "h"), "<190>Jan  1 00:00:00 h nginx: ");
  EXPECT_EQ(SyslogTarget::head_at(1700000000, "node-1"), "<190>Nov 14 22:13:20 node-1 nginx: ");
}

TEST_F(SyslogTargetTest, EachLineIsADatagram) {
  server_->set(address_);
  SyslogTarget target(server_, "pod");
  EXPECT_EQ(target.write(buffer_of("one\ntwo\n"), never), 0u);
  EXPECT_THAT(
      receiver_.next(),
      MatchesRegex("<190>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] pod nginx: one"));
  EXPECT_THAT(receiver_.next(), EndsWith(" pod nginx: two"));
}

TEST_F(SyslogTargetTest, LinesAreLostWhileNobodyKnowsWhereItIs) {
  SyslogTarget target(server_, "pod");
  EXPECT_EQ(target.write(buffer_of("one\ntwo\n"), never), 2u);
  server_->set(address_);
  EXPECT_EQ(target.write(buffer_of("three\n"), never), 0u);
  EXPECT_THAT(receiver_.next(), EndsWith("nginx: three"));
  server_->set(std::nullopt);
  EXPECT_EQ(target.write(buffer_of("four\n"), never), 1u);
}

TEST_F(SyslogTargetTest, ALineThatIsTooLongIsCut) {
  server_->set(address_);
  SyslogTarget target(server_, "pod");
  EXPECT_EQ(target.write(buffer_of(std::string(100000, 'x') + "\nshort\n"), never), 0u);
  EXPECT_THAT(receiver_.next(), EndsWith("nginx: " + std::string(SyslogTarget::kMostLine, 'x')));
  EXPECT_THAT(receiver_.next(), EndsWith("nginx: short"));
}

TEST_F(SyslogTargetTest, NothingIsSentWhenTimeIsUp) {
  server_->set(address_);
  SyslogTarget target(server_, "pod");
  EXPECT_EQ(target.write(buffer_of("one\ntwo\n"), [] { return true; }), 2u);
}

TEST_F(SyslogTargetTest, FollowsTheServerToAnotherFamily) {
  SyslogTarget target(server_, "pod");
  server_->set(*SocketAddress::parse("::1", 9));
  target.write(buffer_of("lost\n"), never);  // nobody there, or no IPv6 here
  server_->set(address_);
  EXPECT_EQ(target.write(buffer_of("found\n"), never), 0u);
  EXPECT_THAT(receiver_.next(), EndsWith("nginx: found"));
}

}  // namespace
}  // namespace headgate::observe
