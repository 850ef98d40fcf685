// Time as the data plane sees it: monotonic, read once per batch of events, handed down as an argument.
#pragma once

#include <chrono>

namespace headgate {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

}  // namespace headgate
