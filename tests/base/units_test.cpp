#include "base/units.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

using namespace std::chrono_literals;

std::uint64_t size_or(std::string_view text, std::uint64_t otherwise) {
  const auto size = parse_size(text);
  return size ? *size : otherwise;
}

std::chrono::milliseconds time_or(std::string_view text) {
  const auto time = parse_time(text);
  return time ? *time : -1ms;
}

TEST(Units, ReadsSizes) {
  EXPECT_EQ(size_or("0", 7), 0U);
  EXPECT_EQ(size_or("512", 7), 512U);
  EXPECT_EQ(size_or("5b", 7), 5U);
  EXPECT_EQ(size_or("8k", 7), 8192U);
  EXPECT_EQ(size_or("10M", 7), 10485760U);
  EXPECT_EQ(size_or("2g", 7), 2147483648U);
  EXPECT_EQ(size_or("4611686018427387904", 7), std::uint64_t{1} << 62);
}

TEST(Units, RefusesBadSizes) {
  for (const char* bad : {"", "k", "-1", "+1", "1.5m", "1 k", " 1", "1kb", "1t", "1e9", "4611686018427387905",
                          "4294967297g", "99999999999999999999"})
    EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(Units, ReadsTimes) {
  EXPECT_EQ(time_or("60"), 60s);
  EXPECT_EQ(time_or("60s"), 60s);
  EXPECT_EQ(time_or("500ms"), 500ms);
  EXPECT_EQ(time_or("5m"), 5min);
  EXPECT_EQ(time_or("1h30m"), 90min);
  EXPECT_EQ(time_or("1h 30m 5"), 90min + 5s);
  EXPECT_EQ(time_or("1d"), 24h);
  EXPECT_EQ(time_or("2w"), 14 * 24h);
  EXPECT_EQ(time_or("365d"), 365 * 24h);
}

TEST(Units, RefusesBadTimes) {
  for (const char* bad : {"", "s", "-1", "1.5s", "60 ", "60 s", "60S", "30m1h", "1s1s", "5 5", "366d",
                          "1000000000000", "99999999999999999999", "1y"})
    EXPECT_FALSE(parse_time(bad)) << bad;
}

TEST(Units, ReadsCountsWithinTheirBound) {
  EXPECT_EQ(*parse_count("3", 10), 3U);
  EXPECT_EQ(*parse_count("10", 10), 10U);
  for (const char* bad : {"", "11", "-1", "3x", " 3", "99999999999999999999"})
    EXPECT_FALSE(parse_count(bad, 10)) << bad;
}

}  // namespace
}  // namespace headgate
