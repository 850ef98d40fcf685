// Which requests are traced.
#include "policy/sampler.h"

#include <gtest/gtest.h>

#include <random>

namespace headgate::policy {
namespace {

using Kind = Sampler::Kind;

std::optional<http::TraceContext> parent(bool sampled) {
  http::TraceContext context;
  context.sampled = sampled;
  return context;
}

// The last eight bytes decide.
TraceId id(std::uint64_t last) {
  TraceId trace{};
  for (std::size_t i = trace.size(); i-- > 8; last >>= 8) trace[i] = static_cast<std::uint8_t>(last);
  return trace;
}

TEST(Sampler, DecidesByItsKindAndItsParent) {
  struct Case {
    Kind kind;
    bool parent_based;
    std::optional<http::TraceContext> parent;
    bool sampled;
  };
  for (const Case& each : {
           Case{Kind::always_on, true, std::nullopt, true},
           Case{Kind::always_on, true, parent(false), false},
           Case{Kind::always_on, true, parent(true), true},
           Case{Kind::always_on, false, parent(false), true},
           Case{Kind::always_off, true, std::nullopt, false},
           Case{Kind::always_off, true, parent(true), true},
           Case{Kind::always_off, false, parent(true), false},
       }) {
    const Sampler sampler{each.kind, 1, each.parent_based};
    EXPECT_EQ(sampler.samples(id(1), each.parent), each.sampled)
        << static_cast<int>(each.kind) << each.parent_based << each.parent.has_value();
  }
}

TEST(Sampler, TakesTheLowestIds) {
  const auto samples = [](double ratio, std::uint64_t last) {
    return Sampler{Kind::trace_id_ratio, ratio, false}.samples(id(last), std::nullopt);
  };
  EXPECT_FALSE(samples(0, 0));
  EXPECT_FALSE(samples(0, 1));
  EXPECT_TRUE(samples(1, UINT64_MAX));
  EXPECT_TRUE(samples(0.5, 0x7fffffffffffffff));
  EXPECT_FALSE(samples(0.5, 0x8000000000000000));
  EXPECT_TRUE(samples(0.25, 0x3fffffffffffffff));
  EXPECT_FALSE(samples(0.25, 0x4000000000000000));
}

TEST(Sampler, TakesAboutItsPart) {
  std::mt19937_64 random(7);
  const Sampler sampler{Kind::trace_id_ratio, 0.1, true};
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) taken += sampler.samples(id(random()), std::nullopt) ? 1 : 0;
  EXPECT_NEAR(taken, 10'000, 500);
}

}  // namespace
}  // namespace headgate::policy
