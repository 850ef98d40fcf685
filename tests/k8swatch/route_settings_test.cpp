#include "k8swatch/route_settings.h"

#include <gtest/gtest.h>

#include "k8swatch/settings_reading.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

router::RouteSettings read(StringPairs data, std::vector<Finding>& findings) {
  return testing::read_settings(std::move(data), findings, read_route_settings);
}

TEST(RouteSettings, ReadsTheKeysOfIngressNginx) {
  std::vector<Finding> findings;
  const auto settings = read({{"proxy-body-size", "8m"},
                              {"proxy-connect-timeout", "2"},
                              {"proxy-read-timeout", "90s"},
                              {"proxy-send-timeout", "1m"},
                              {"proxy-next-upstream-tries", "5"}},
                             findings);
  EXPECT_EQ(settings.max_body_bytes, 8U << 20);
  EXPECT_EQ(settings.connect_timeout, 2s);
  EXPECT_EQ(settings.read_timeout, 90s);
  EXPECT_EQ(settings.send_timeout, 60s);
  EXPECT_EQ(settings.tries, 5U);
  EXPECT_TRUE(findings.empty());
}

TEST(RouteSettings, RequestsAreBufferedWhereAskedFor) {
  std::vector<Finding> findings;
  EXPECT_FALSE(read({}, findings).buffers_requests);
  const auto on = read({{"proxy-request-buffering", "on"}, {"client-body-buffer-size", "1m"}}, findings);
  EXPECT_TRUE(on.buffers_requests);
  EXPECT_EQ(on.body_buffer, 1U << 20);
  EXPECT_FALSE(read({{"proxy-request-buffering", "off"}}, findings).buffers_requests);
  EXPECT_TRUE(findings.empty());
  for (const char* const bad : {"true", "On", " on", "1"})
    EXPECT_FALSE(read({{"proxy-request-buffering", bad}}, findings).buffers_requests) << bad;
  EXPECT_EQ(findings.size(), 4U);
  for (const char* const bad : {"0", "0k", "-1", "8 k"})
    EXPECT_EQ(read({{"client-body-buffer-size", bad}}, findings).body_buffer, 8U << 10) << bad;
  EXPECT_EQ(findings.size(), 8U);
}

TEST(RouteSettings, AnswersAreBufferedWhereAskedFor) {
  std::vector<Finding> findings;
  const auto usual = read({}, findings);
  EXPECT_FALSE(usual.buffers_answers);
  EXPECT_EQ(usual.answer_buffers * usual.answer_buffer, 128U << 10);
  EXPECT_EQ(usual.answer_file, 1U << 30);
  const auto on = read({{"proxy-buffering", "on"},
                        {"proxy-buffers-number", "8"},
                        {"proxy-buffer-size", "16k"},
                        {"proxy-max-temp-file-size", "0"}},
                       findings);
  EXPECT_TRUE(on.buffers_answers);
  EXPECT_EQ(on.answer_buffers, 8U);
  EXPECT_EQ(on.answer_buffer, 16U << 10);
  EXPECT_EQ(on.answer_file, 0U);
  EXPECT_TRUE(findings.empty());
  EXPECT_EQ(read({{"proxy-buffer-size", "64k"}}, findings).answer_buffer, 64U << 10) << "heads have a bound";
  EXPECT_EQ(read({{"proxy-buffer-size", "999g"}}, findings).answer_buffer, 1U << 30);
  EXPECT_EQ(findings.size(), 2U);
  findings.clear();
  for (const char* const bad : {"true", "On", ""})
    EXPECT_FALSE(read({{"proxy-buffering", bad}}, findings).buffers_answers) << bad;
  for (const char* const bad : {"0", "-1", "1001", "many"})
    EXPECT_EQ(read({{"proxy-buffers-number", bad}}, findings).answer_buffers, 4U) << bad;
  EXPECT_EQ(read({{"proxy-max-temp-file-size", "off"}}, findings).answer_file, 1U << 30);
  EXPECT_EQ(findings.size(), 7U) << "what is empty is not there";
  findings.clear();
  (void)read({{"proxy-busy-buffers-size", "8k"}}, findings);
  EXPECT_EQ(findings.size(), 1U);
}

TEST(RouteSettings, ABadValueKeepsItsDefaultAndIsTold) {
  std::vector<Finding> findings;
  const auto settings =
      read({{"proxy-body-size", "lots"}, {"proxy-read-timeout", "0"}, {"proxy-next-upstream-tries", "4"}},
           findings);
  EXPECT_EQ(settings.max_body_bytes, 1U << 20);
  EXPECT_EQ(settings.read_timeout, 60s);
  EXPECT_EQ(settings.tries, 4U);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].object, "ConfigMap default/c");
  EXPECT_EQ(findings[0].field, "data.proxy-body-size");
  EXPECT_EQ(findings[1].field, "data.proxy-read-timeout");
}

TEST(RouteSettings, AKeyThatNothingReadsIsTold) {
  std::vector<Finding> findings;
  const auto settings = read({{"use-gzip", "true"},
                              {"proxy-body-size", "1m"},
                              {"whitelist-source-range", "10.0.0.0/8"},
                              {"limit-req-status-code", "429"}},
                             findings);
  EXPECT_EQ(settings, router::RouteSettings());
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(to_string(findings[0]),
            "warning: ConfigMap default/c: data.use-gzip: is not supported yet and has no effect");
  EXPECT_EQ(
      to_string(findings[1]),
      "error: ConfigMap default/c: data.whitelist-source-range: is not supported yet and has no effect: "
      "the paths are served WITHOUT this protection");
  EXPECT_EQ(findings[2].severity, Severity::warning);
}

TEST(RouteSettings, AnEmptyValueIsNoValue) {
  std::vector<Finding> findings;
  EXPECT_EQ(read({{"proxy-body-size", ""}}, findings), router::RouteSettings());
  EXPECT_TRUE(findings.empty());
}

}  // namespace
}  // namespace headgate::k8swatch
