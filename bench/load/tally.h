// What is counted during a run, by both sides.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "load/latency_histogram.h"

namespace headgate::bench {

// Owned by main; one thread.
struct Tally {
  std::uint64_t answers = 0;
  std::uint64_t answer_bytes = 0;  // read from the proxy by clients
  std::uint64_t upstream_connections = 0;
  std::uint64_t handshakes = 0;   // of TLS
  std::uint64_t resumptions = 0;  // those of them that resumed a session
  LatencyHistogram latency;

  // Faults are never forgotten, not even those before the window.
  std::uint64_t faults = 0;
  std::map<std::string, std::uint64_t> fault_kinds;

  void fault(const std::string& kind) {
    ++faults;
    ++fault_kinds[kind];
  }
  void begin_window() {
    answers = answer_bytes = upstream_connections = handshakes = resumptions = 0;
    latency.clear();
  }
};

}  // namespace headgate::bench
