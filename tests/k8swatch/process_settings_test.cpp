#include "k8swatch/process_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/settings_reading.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Read = testing::SettingsRead<ProcessSettings>;

Read read(StringPairs data) { return testing::read_settings(std::move(data), read_process_settings); }

TEST(ProcessSettings, AreThoseOfTheFlagsWhereNothingIsSaid) {
  const Read nothing = read({});
  ProcessSettings expected;
  expected.config_map = "default/c";
  EXPECT_EQ(nothing.settings, expected);
  EXPECT_THAT(nothing.findings, IsEmpty());
}

TEST(ProcessSettings, EachKindOfLineHasItsPathOrThatOfBoth) {
  const ProcessSettings both = read({{"access-log-path", "/a"}}).settings;
  EXPECT_EQ(both.http_log, (ProcessSettings::Path{"access-log-path", "/a"}));
  EXPECT_EQ(both.stream_log, both.http_log);
  const ProcessSettings two =
      read({{"stream-access-log-path", " /s "}, {"http-access-log-path", "/h"}, {"access-log-path", "/a"}})
          .settings;
  EXPECT_EQ(two.http_log, (ProcessSettings::Path{"http-access-log-path", "/h"}));
  EXPECT_EQ(two.stream_log, (ProcessSettings::Path{"stream-access-log-path", "/s"}));
  EXPECT_EQ(read({{"http-access-log-path", "/h"}}).settings.stream_log.text, "");
  EXPECT_EQ(read({{"error-log-path", "/e"}}).settings.error_log,
            (ProcessSettings::Path{"error-log-path", "/e"}));
}

TEST(ProcessSettings, APathIsAbsolute) {
  for (const char* key :
       {"access-log-path", "http-access-log-path", "stream-access-log-path", "error-log-path"})
    for (const std::string& bad :
         {std::string("off"), std::string("logs/a"), std::string("syslog:server=127.0.0.1"),
          std::string("/a\nb"), "/" + std::string(5000, 'a')}) {
      const Read one = read({{key, bad}});
      EXPECT_EQ(one.findings.size(), 1u) << key << bad;
      EXPECT_EQ(one.settings.http_log.text + one.settings.stream_log.text + one.settings.error_log.text, "");
    }
}

TEST(ProcessSettings, SyslogIsAHostAndAPort) {
  const auto syslog = [](StringPairs data) {
    const Read one = read(std::move(data));
    EXPECT_THAT(one.findings, IsEmpty());
    return one.settings.syslog;
  };
  EXPECT_EQ(syslog({{"syslog-host", "a.test"}, {"syslog-port", "5"}}), std::nullopt);
  EXPECT_EQ(syslog({{"enable-syslog", "true"}, {"syslog-host", "A.test"}}), (SyslogSettings{"a.test", 514}));
  EXPECT_EQ(syslog({{"enable-syslog", "true"}, {"syslog-host", "a.test."}, {"syslog-port", "5514"}}),
            (SyslogSettings{"a.test.", 5514}));
  EXPECT_EQ(syslog({{"enable-syslog", "true"}, {"syslog-host", "[fd00::1]"}}),
            (SyslogSettings{"fd00::1", 514}));
}

TEST(ProcessSettings, ASyslogServerThatIsNoneIsOneFinding) {
  const Read none = read({{"enable-syslog", "true"}});
  EXPECT_EQ(none.settings.syslog, std::nullopt);
  EXPECT_THAT(
      none.findings,
      ElementsAre("warning: ConfigMap default/c: data.enable-syslog: has no effect without syslog-host"));
  const Read bad = read({{"enable-syslog", "true"}, {"syslog-host", "a test"}});
  EXPECT_EQ(bad.settings.syslog, std::nullopt);
  EXPECT_THAT(bad.findings, ElementsAre(HasSubstr("neither an address nor a name")));
  const Read port = read({{"enable-syslog", "true"}, {"syslog-host", "a.test"}, {"syslog-port", "70000"}});
  EXPECT_EQ(port.settings.syslog, (SyslogSettings{"a.test", 514}));
  EXPECT_THAT(port.findings, ElementsAre(HasSubstr("data.syslog-port")));
}

TEST(ProcessSettings, LevelsAreNginxs) {
  const auto level = [](const char* text) { return read({{"error-log-level", text}}).settings.log_level; };
  EXPECT_EQ(level("debug"), log::Level::debug);
  EXPECT_EQ(level("info"), log::Level::info);
  EXPECT_EQ(level("notice"), log::Level::info);
  EXPECT_EQ(level("warn"), log::Level::warning);
  for (const char* severe : {"error", "crit", "alert", "emerg"}) EXPECT_EQ(level(severe), log::Level::error);
  EXPECT_EQ(level("loud"), std::nullopt);
  EXPECT_THAT(read({{"error-log-level", "loud"}}).findings,
              ElementsAre(HasSubstr("'loud' is none of debug")));
}

TEST(ProcessSettings, AddressesThatAreNoneArePassedOver) {
  const auto addresses = [](const ProcessSettings& settings) {
    std::string text;
    for (const SocketAddress& each : settings.bind_addresses) text += each.ip_string() + " ";
    return text;
  };
  const Read good = read({{"bind-address", "10.0.0.1, fd00::1,10.0.0.1"}});
  EXPECT_EQ(addresses(good.settings), "10.0.0.1 fd00::1 ");
  EXPECT_THAT(good.findings, IsEmpty());
  const Read mixed = read({{"bind-address", "10.0.0.1,nope,eth0"}});
  EXPECT_EQ(addresses(mixed.settings), "10.0.0.1 ");
  EXPECT_THAT(mixed.findings, ElementsAre(HasSubstr("no IP address: 'nope', 'eth0'")));
  const Read none = read({{"bind-address", "nope"}});
  EXPECT_EQ(addresses(none.settings), "");
  EXPECT_THAT(none.findings, ElementsAre(HasSubstr("names no IP address")));
  EXPECT_FALSE(read({{"disable-ipv6", "true"}}).settings.ipv6);
  EXPECT_THAT(read({{"disable-ipv6", "maybe"}}).findings, ElementsAre(HasSubstr("data.disable-ipv6")));
}

TEST(ProcessSettings, TheEndMayTakeATime) {
  EXPECT_EQ(read({{"worker-shutdown-timeout", "10m"}}).settings.shutdown_timeout, std::chrono::seconds(600));
  EXPECT_EQ(read({{"worker-shutdown-timeout", "90"}}).settings.shutdown_timeout, std::chrono::seconds(90));
  EXPECT_EQ(read({{"worker-shutdown-timeout", "1ms"}}).settings.shutdown_timeout, std::chrono::seconds(1));
  for (const char* bad : {"0", "soon", "-1"}) {
    const Read one = read({{"worker-shutdown-timeout", bad}});
    EXPECT_EQ(one.settings.shutdown_timeout, std::nullopt);
    EXPECT_EQ(one.findings.size(), 1u) << bad;
  }
}

}  // namespace
}  // namespace headgate::k8swatch
