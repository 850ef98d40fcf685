// What the metrics say of one watch at the Kubernetes API server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace headgate::observe {

struct WatchSeries {
  std::string resource;  // "ingresses"
  bool synced = false;
  bool in_trouble = false;
  std::uint64_t objects = 0;
  std::uint64_t events = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t relists = 0;
  std::uint64_t gone = 0;
  std::uint64_t undecodable = 0;
  std::optional<TimePoint> last_event;
};

}  // namespace headgate::observe
