// Quantiles are true to 1/64 over the whole range.
#include "load/latency_histogram.h"

#include <gtest/gtest.h>

#include <memory>

namespace headgate::bench {
namespace {

TEST(LatencyHistogram, FindsQuantilesWithinOneSixtyFourth) {
  const auto histogram = std::make_unique<LatencyHistogram>();
  for (std::uint64_t us = 1; us <= 10000; ++us) histogram->add(us * 1000);
  EXPECT_NEAR(static_cast<double>(histogram->quantile(0.5)), 5.0e6, 5.0e6 / 64);
  EXPECT_NEAR(static_cast<double>(histogram->quantile(0.99)), 9.9e6, 9.9e6 / 64);
  EXPECT_EQ(histogram->max(), 10'000'000U);
  EXPECT_EQ(histogram->quantile(1), 10'000'000U);
}

TEST(LatencyHistogram, KeepsEveryValueInABucketThatIsNotBelowIt) {
  for (std::uint64_t value = 1; value < (std::uint64_t{1} << 39); value = value * 5 / 4 + 1) {
    const auto histogram = std::make_unique<LatencyHistogram>();
    histogram->add(value);
    histogram->add(value * 2);
    EXPECT_GE(histogram->quantile(0), value);
    EXPECT_LE(histogram->quantile(0), value + value / 64 + 1);
  }
}

TEST(LatencyHistogram, IsZeroWhenEmpty) {
  const auto histogram = std::make_unique<LatencyHistogram>();
  EXPECT_EQ(histogram->quantile(0.99), 0U);
}

}  // namespace
}  // namespace headgate::bench
