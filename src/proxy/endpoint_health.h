// What is known about the health of one endpoint of a Cluster, for all Workers together. It stays while the
// endpoint does: across tables, EndpointSets and settings.
//
// Nobody takes a lock for it. Each try that went well is one plain store to a tally of the Worker's own; only
// a failure is an atomic read-modify-write, of the count in a row, which has to be the process's own: with a
// count for each Worker, five failures in a row would be up to five times the Workers. All that is judged
// from it is judged by one thread (HealthKeeper), whose verdict Workers read as one number.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "observe/counter.h"
#include "proxy/check_answer.h"
#include "router/health_settings.h"

namespace headgate::proxy {

// How a try ended, as outlier detection sees it.
enum class TryOutcome : std::uint8_t {
  success,
  failure,          // 5xx that the pod said itself
  gateway_failure,  // 502, 503, 504, or there was no answer
};
TryOutcome outcome_of_status(int status);

enum class EjectionReason : std::uint8_t { consecutive_5xx, consecutive_gateway_failure, success_rate };
inline constexpr std::size_t kEjectionReasons = 3;

struct EndpointHealth {
  // Of a turn: how often, in thousandths, it is taken when it comes; 0: the endpoint is avoided.
  static constexpr std::uint32_t kFullWeight = 1000;

  // One Worker's; one writer.
  struct alignas(64) Tally {
    observe::Counter tries;
    observe::Counter failures;
  };

  explicit EndpointHealth(unsigned worker_count)
      : workers(worker_count), tallies(std::make_unique<Tally[]>(worker_count)) {}

  // Any Worker; `tally`: its own. True: the count may ask for a judgement.
  bool note(TryOutcome outcome, Tally& tally);

  // The Worker that checks it. True: it has become well or unwell.
  bool note_check(CheckAnswer answer, const router::HealthCheck& rules);

  // --- Written by the HealthKeeper, read by Workers ---
  std::atomic<std::uint32_t> weight{kFullWeight};

  // --- Written by Workers ---
  std::atomic<std::uint32_t> failures_in_a_row{0};
  std::atomic<std::uint32_t> gateway_failures_in_a_row{0};
  const unsigned workers;
  const std::unique_ptr<Tally[]> tallies;
  // Of the one that checks it (HealthChecks).
  std::atomic<bool> unwell{false};
  std::atomic<int> last_answer{-1};  // CheckAnswer::code(); -1: not checked yet
  observe::Counter checks;
  observe::Counter failed_checks;
  std::uint32_t contrary_checks = 0;  // in a row, that say otherwise than `unwell`; its own

  // --- Of the HealthKeeper alone, under its lock ---
  struct Sums {
    std::uint64_t tries = 0;
    std::uint64_t failures = 0;
  };
  bool was_unwell = false;  // at the last judgement
  bool ejected = false;
  EjectionReason reason{};      // of the last ejection
  TimePoint ejected_until{};    // while it is
  std::uint32_t ejections = 0;  // not forgiven yet
  TimePoint warm_at{};          // until then it is in slow start
  Sums before{};                // at the end of the last interval
  Sums last_interval{};         // in it
};

}  // namespace headgate::proxy
