// What the admission webhook counts. Any thread may call; a lock is fine at the rate at which people write
// Ingresses.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headgate::observe {

enum class AdmissionResult : std::uint8_t {
  passed,   // allowed unread: not ours
  allowed,  // looked at, nothing wrong with it
  denied,
  malformed,   // no AdmissionReview
  unanswered,  // no decision in time
  count_
};
std::string_view to_string(AdmissionResult result);

// How often one Ingress was looked at.
struct AdmissionSeries {
  std::string namespace_name;
  std::string ingress;
  std::uint64_t allowed = 0;
  std::uint64_t denied = 0;
};

struct AdmissionTotals {
  std::array<std::uint64_t, static_cast<std::size_t>(AdmissionResult::count_)> results{};
  bool has_tested = false;       // the two durations are of the last Ingress that was looked at
  double tested_seconds = 0;     // the decision
  double roundtrip_seconds = 0;  // from the request's last byte to the answer
  std::vector<AdmissionSeries> series;
};

class AdmissionStats {
 public:
  void count(AdmissionResult result);
  // Likewise, for an Ingress that was looked at: `is_allowed` or denied.
  void count_tested(std::string_view namespace_name, std::string_view ingress, bool is_allowed,
                    std::chrono::nanoseconds tested, std::chrono::nanoseconds roundtrip);
  [[nodiscard]] AdmissionTotals totals() const;

  // Names are chosen by tenants: of more Ingresses than this, the one not seen for longest is forgotten.
  static constexpr std::size_t kMostSeries = 1000;

 private:
  struct Entry {
    AdmissionSeries series;
    std::uint64_t last_seen = 0;
  };

  mutable std::mutex mutex_;
  AdmissionTotals totals_;  // but for `series`
  std::map<std::pair<std::string, std::string>, Entry> entries_;
  std::uint64_t clock_ = 0;
};

}  // namespace headgate::observe
