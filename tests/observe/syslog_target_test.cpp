#include "observe/syslog_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

namespace headgate::observe {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;

// A server of syslog: a socket that is read one datagram at a time.
class SyslogTargetTest : public testing::Test {
 protected:
  SyslogTargetTest() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_ = *SocketAddress::parse("127.0.0.1", 0);
    EXPECT_EQ(::bind(fd_, address_.data(), address_.size()), 0);
    socklen_t size = SocketAddress::capacity();
    EXPECT_EQ(::getsockname(fd_, address_.data(), &size), 0);
  }
  ~SyslogTargetTest() override { ::close(fd_); }

  // Empty: none came within ten seconds.
  [[nodiscard]] std::string received() const {
    pollfd entry{fd_, POLLIN, 0};
    if (::poll(&entry, 1, 10000) <= 0) return {};
    std::string text(65536, '\0');
    const ssize_t size = ::recv(fd_, text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }
  static LogBuffer buffer_of(const std::string& text) {
    LogBuffer buffer = LogBuffer::with_capacity(text.size());
    std::memcpy(buffer.data.get(), text.data(), text.size());
    buffer.size = text.size();
    return buffer;
  }
  static bool never() { return false; }

  int fd_;
  SocketAddress address_;
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
      received(),
      MatchesRegex("<190>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] pod nginx: one"));
  EXPECT_THAT(received(), EndsWith(" pod nginx: two"));
}

TEST_F(SyslogTargetTest, LinesAreLostWhileNobodyKnowsWhereItIs) {
  SyslogTarget target(server_, "pod");
  EXPECT_EQ(target.write(buffer_of("one\ntwo\n"), never), 2u);
  server_->set(address_);
  EXPECT_EQ(target.write(buffer_of("three\n"), never), 0u);
  EXPECT_THAT(received(), EndsWith("nginx: three"));
  server_->set(std::nullopt);
  EXPECT_EQ(target.write(buffer_of("four\n"), never), 1u);
}

TEST_F(SyslogTargetTest, ALineThatIsTooLongIsCut) {
  server_->set(address_);
  SyslogTarget target(server_, "pod");
  EXPECT_EQ(target.write(buffer_of(std::string(100000, 'x') + "\nshort\n"), never), 0u);
  EXPECT_THAT(received(), EndsWith("nginx: " + std::string(SyslogTarget::kMostLine, 'x')));
  EXPECT_THAT(received(), EndsWith("nginx: short"));
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
  EXPECT_THAT(received(), EndsWith("nginx: found"));
}

}  // namespace
}  // namespace headgate::observe
