#include "proxy/latency_average.h"

#include <algorithm>
#include <cmath>

namespace headgate::proxy {
namespace {

double weight_of_the_past(TimePoint then, TimePoint now) {
  const std::chrono::duration<double> age = std::max(now - then, TimePoint::duration::zero());
  return std::exp(-age.count() / std::chrono::duration<double>(LatencyAverage::kDecay).count());
}

}  // namespace

void LatencyAverage::add(std::chrono::microseconds latency, TimePoint now) {
  const double measured = static_cast<double>(latency.count());
  if (!known_ || measured > microseconds(now)) {
    value_ = measured;
  } else {
    const double past = weight_of_the_past(at_, now);
    value_ = value_ * past + measured * (1 - past);
  }
  at_ = now;
  known_ = true;
}

void LatencyAverage::begin_with(double microseconds, TimePoint now) {
  value_ = microseconds;
  at_ = now;
  known_ = true;
}

double LatencyAverage::microseconds(TimePoint now) const {
  return known_ ? value_ * weight_of_the_past(at_, now) : 0;
}

}  // namespace headgate::proxy
