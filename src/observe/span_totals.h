// What has become of spans so far.
#pragma once

#include <cstdint>

namespace headgate::observe {

struct SpanTotals {
  std::uint64_t sent = 0;               // taken by the collector
  std::uint64_t dropped_queue = 0;      // too many waited
  std::uint64_t dropped_collector = 0;  // it was not there, or refused them
  std::uint64_t failures = 0;           // messages that it did not take, tries that were repeated included
};

}  // namespace headgate::observe
