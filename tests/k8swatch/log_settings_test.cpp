#include "k8swatch/log_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/listener_settings_reader.h"
#include "k8swatch/settings_reading.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct LogSettings {
  router::SiteSettings site;
  router::StreamSettings stream;
};
using Read = testing::SettingsRead<LogSettings>;

Read read(StringPairs data) {
  return testing::read_settings(std::move(data), [](ConfigMapReader& reader) {
    LogSettings settings;
    read_log_settings(reader, settings.site, settings.stream);
    return settings;
  });
}

TEST(LogSettings, TheDefaultsNeedNoFormat) {
  for (const Read& each :
       {read({}), read({{"log-format-upstream", std::string(observe::kDefaultHttpLogFormat)},
                        {"log-format-stream", std::string(observe::kDefaultStreamLogFormat)},
                        {"log-format-escape-json", "false"}})}) {
    EXPECT_EQ(each.settings.site.log_format.format, nullptr);
    EXPECT_EQ(each.settings.stream.log_format.format, nullptr);
    EXPECT_TRUE(each.settings.site.access_log);
    EXPECT_TRUE(each.settings.stream.access_log);
    EXPECT_FALSE(each.settings.site.log_default_backend);
    EXPECT_THAT(each.findings, IsEmpty());
  }
}

TEST(LogSettings, FormatsAreReadWithTheirEscaping) {
  const Read result = read({{"log-format-upstream", "$status"},
                            {"log-format-stream", "$session_time"},
                            {"log-format-escape-json", "true"}});
  ASSERT_NE(result.settings.site.log_format.format, nullptr);
  EXPECT_EQ(result.settings.site.log_format.format->text(), "$status");
  EXPECT_EQ(result.settings.site.log_format.format->escape(), observe::LogEscape::json);
  ASSERT_NE(result.settings.stream.log_format.format, nullptr);
  EXPECT_EQ(result.settings.stream.log_format.format->text(), "$session_time");
  EXPECT_EQ(result.settings.stream.log_format.format->escape(), observe::LogEscape::json);
  EXPECT_THAT(result.findings, IsEmpty());
}

TEST(LogSettings, NoEscapingCountsBeforeJson) {
  const Read result = read({{"log-format-escape-none", "true"}, {"log-format-escape-json", "true"}});
  ASSERT_NE(result.settings.site.log_format.format, nullptr);
  EXPECT_EQ(result.settings.site.log_format.format->text(), observe::kDefaultHttpLogFormat);
  EXPECT_EQ(result.settings.site.log_format.format->escape(), observe::LogEscape::none);
}

TEST(LogSettings, AFormatThatIsNoneIsOneFinding) {
  const Read result = read({{"log-format-upstream", "$nope"}, {"log-format-stream", "a$"}});
  EXPECT_EQ(result.settings.site.log_format.format, nullptr);
  EXPECT_EQ(result.settings.stream.log_format.format, nullptr);
  EXPECT_THAT(
      result.findings,
      ElementsAre("warning: ConfigMap default/c: data.log-format-upstream: the variable '$nope' is not "
                  "known here; the default is used",
                  "warning: ConfigMap default/c: data.log-format-stream: a '$' that names no variable "
                  "in '$'; the default is used"));
}

TEST(LogSettings, EachKindOfLineIsSwitchedOffAlone) {
  EXPECT_FALSE(read({{"disable-access-log", "true"}}).settings.site.access_log);
  EXPECT_FALSE(read({{"disable-access-log", "true"}}).settings.stream.access_log);
  EXPECT_FALSE(read({{"disable-http-access-log", "true"}}).settings.site.access_log);
  EXPECT_TRUE(read({{"disable-http-access-log", "true"}}).settings.stream.access_log);
  EXPECT_TRUE(read({{"disable-stream-access-log", "true"}}).settings.site.access_log);
  EXPECT_FALSE(read({{"disable-stream-access-log", "true"}}).settings.stream.access_log);
  EXPECT_TRUE(read({{"enable-access-log-for-default-backend", "true"}}).settings.site.log_default_backend);
}

TEST(LogSettings, FormatsAreComparedByValue) {
  EXPECT_EQ(read({{"log-format-upstream", "$status"}}).settings.site,
            read({{"log-format-upstream", "$status"}}).settings.site);
  EXPECT_NE(read({{"log-format-upstream", "$status"}}).settings.site,
            read({{"log-format-upstream", "$host"}}).settings.site);
  EXPECT_NE(read({{"log-format-stream", "$status"}}).settings.stream, read({}).settings.stream);
}

router::ListenerSettings head_limits(const std::string& text, std::size_t findings) {
  const auto read = testing::read_settings(
      {{"large-client-header-buffers", text}},
      [](ConfigMapReader& reader) { return read_listener_settings(reader, Store()).listeners; });
  EXPECT_EQ(read.findings.size(), findings) << text;
  return read.settings;
}

TEST(HeadLimits, AreANumberAndASize) {
  EXPECT_EQ(head_limits("", 0).max_head_line, 8192U);
  EXPECT_EQ(head_limits("", 0).max_head, 32768U);
  EXPECT_EQ(head_limits("8 16k", 0).max_head_line, 16384U);
  EXPECT_EQ(head_limits("8 16k", 0).max_head, 131072U);
  EXPECT_EQ(head_limits(" 1  1024 ", 0).max_head, 1024U);
  for (const char* bad : {"4", "8k", "4 8k 1", "0 8k", "4 512", "4 33k", "9 16k", "x 8k", "4 y", "-1 8k"}) {
    EXPECT_EQ(head_limits(bad, 1).max_head_line, 8192U) << bad;
    EXPECT_EQ(head_limits(bad, 1).max_head, 32768U) << bad;
  }
}

}  // namespace
}  // namespace headgate::k8swatch
