// Where the ConfigMap says to listen: bind-address, disable-ipv6.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/one_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BindAddress : public OnePod {
 protected:
  void start_with(const FieldList& settings, const std::string& flag = "") {
    HeadgateOptions options;
    options.bind_address = flag;
    options.flags = {"--configmap=default/headgate"};
    start(options);
    change(settings);
  }
  void change(const FieldList& settings) const {
    folder.write("settings.yaml", config_map("headgate", settings));
  }
  // A connection there is taken, and answered.
  [[nodiscard]] bool serves(const std::string& address) const {
    ClientOptions options;
    options.address = address;
    try {
      RawClient one(headgate->http_port(), options);
      return one.exchange(make_request("GET", "x.test", "/")).status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  [[nodiscard]] bool comes(const std::string& address) const {
    return eventually([&] { return serves(address); });
  }
  [[nodiscard]] bool goes(const std::string& address) const {
    return eventually([&] { return !serves(address); });
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }
  [[nodiscard]] bool wait_for_finding(const std::string& text) const {
    return eventually([&] { return findings().find(text) != std::string::npos; });
  }
};

TEST_F(BindAddress, IsEveryAddressWhereNothingIsSaid) {
  start_with({});
  EXPECT_TRUE(serves("127.0.0.1"));
  EXPECT_TRUE(serves("127.0.0.2"));
}

TEST_F(BindAddress, NamesTheOnlyOnesAndChangesAtOnce) {
  start_with({{"bind-address", "127.0.0.2,127.0.0.3"}});
  EXPECT_TRUE(goes("127.0.0.1"));
  EXPECT_TRUE(serves("127.0.0.2"));
  EXPECT_TRUE(serves("127.0.0.3"));
  change({{"bind-address", "127.0.0.1,127.0.0.3"}});
  EXPECT_TRUE(goes("127.0.0.2"));
  EXPECT_TRUE(serves("127.0.0.1"));
  EXPECT_TRUE(serves("127.0.0.3"));
  change({});
  EXPECT_TRUE(comes("127.0.0.2"));
  EXPECT_TRUE(serves("127.0.0.1"));
  EXPECT_THAT(findings(), Not(HasSubstr("bind-address")));
}

TEST_F(BindAddress, IsFollowedFromTheFirstClientOn) {
  folder.write("settings.yaml", config_map("headgate", {{"bind-address", "127.0.0.2"}}));
  HeadgateOptions options;
  options.bind_address = "";
  options.flags = {"--configmap=default/headgate"};
  start(options);
  EXPECT_TRUE(goes("127.0.0.1"));
  EXPECT_TRUE(serves("127.0.0.2"));
}

TEST_F(BindAddress, OneThatIsNoAddressHereIsLeftOut) {
  start_with({{"bind-address", "192.0.2.1,127.0.0.2,here"}});
  EXPECT_TRUE(goes("127.0.0.1"));
  EXPECT_TRUE(serves("127.0.0.2"));
  EXPECT_TRUE(wait_for_finding("cannot bind to 192.0.2.1:"));
  EXPECT_THAT(findings(), HasSubstr("passed over for being no IP address: 'here'"));
}

TEST_F(BindAddress, AllStaysWhereNoneCanBeListenedAt) {
  start_with({{"bind-address", "192.0.2.1"}});
  EXPECT_TRUE(wait_for_finding("cannot bind to 192.0.2.1:"));
  EXPECT_TRUE(serves("127.0.0.1"));
}

TEST_F(BindAddress, RequestsThatRunGoOn) {
  start_with({});
  RawClient running = client();
  ASSERT_TRUE(running.send("GET / HTTP/1.1\r\nHost: x.test\r\n"));
  change({{"bind-address", "127.0.0.2"}});
  ASSERT_TRUE(comes("127.0.0.2"));
  ASSERT_TRUE(goes("127.0.0.1"));
  EXPECT_EQ(running.exchange("\r\n", "GET").status, 200);
}

TEST_F(BindAddress, HasNoEffectBesideTheFlag) {
  start_with({{"bind-address", "127.0.0.2"}, {"disable-ipv6", "true"}}, "127.0.0.1");
  EXPECT_TRUE(
      wait_for_finding("data.bind-address: has no effect: the flag --bind-address says where to listen"));
  EXPECT_TRUE(wait_for_finding("data.disable-ipv6: has no effect"));
  EXPECT_TRUE(serves("127.0.0.1"));
  EXPECT_FALSE(serves("127.0.0.2"));
}

TEST_F(BindAddress, WithoutIpv6ThoseOfIpv4Remain) {
  start_with({});
  const bool has_ipv6 = serves("::1");
  change({{"disable-ipv6", "true"}});
  EXPECT_TRUE(goes("::1"));
  EXPECT_TRUE(serves("127.0.0.1"));
  change({{"disable-ipv6", "maybe"}});
  EXPECT_TRUE(wait_for_finding("data.disable-ipv6: 'maybe'"));
  EXPECT_TRUE(!has_ipv6 || comes("::1"));
}

}  // namespace
}  // namespace headgate::test_support
