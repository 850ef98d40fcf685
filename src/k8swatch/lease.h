// The Lease a leader election is about (coordination.k8s.io/v1), as it is read and written.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "base/result.h"
#include "k8swatch/moment.h"

namespace headgate::k8swatch {

struct Lease {
  std::string metadata_json;         // as the server wrote it: goes back unchanged, resourceVersion included
  std::string spec_json;             // likewise, to see whether it changed
  std::string holder;                // holderIdentity; empty: nobody
  std::chrono::seconds duration{0};  // leaseDurationSeconds; 0: not said, or no number that makes sense
  std::string acquire_time;          // MicroTime as written
  std::int64_t transitions = 0;      // 0 to kMostTransitions
};

// An int32 in the API. The count stays there.
inline constexpr std::int64_t kMostTransitions = std::numeric_limits<std::int32_t>::max();

// Fails when `text` is no Lease; the error says why. Without a spec, or with null, nobody holds it; a number
// out of its range is brought into it.
Result<Lease> read_lease(const std::string& text);

// What is put into a Lease.
struct LeaseSpec {
  std::string holder;
  std::chrono::seconds duration{0};
  std::string acquire_time;
  WallTime renew_time;
  std::int64_t transitions = 0;
};

// The body of a PUT or POST.
std::string lease_text(const std::string& metadata_json, const LeaseSpec& spec);

}  // namespace headgate::k8swatch
