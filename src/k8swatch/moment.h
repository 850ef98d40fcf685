// One moment on both clocks, read together and handed down to what writes to the API server.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace headgate::k8swatch {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

struct Moment {
  TimePoint at;   // decides: deadlines, leases, limits
  WallTime wall;  // only ever written down, for people and other programs to read
};

}  // namespace headgate::k8swatch
