#include "observe/admission_stats.h"

#include <algorithm>

namespace headgate::observe {

std::string_view to_string(AdmissionResult result) {
  switch (result) {
    case AdmissionResult::passed:
      return "passed";
    case AdmissionResult::allowed:
      return "allowed";
    case AdmissionResult::denied:
      return "denied";
    case AdmissionResult::malformed:
      return "malformed";
    case AdmissionResult::unanswered:
      return "unanswered";
    case AdmissionResult::count_:
      break;
  }
  return "";
}

void AdmissionStats::count(AdmissionResult result) {
  const std::lock_guard lock(mutex_);
  ++totals_.results[static_cast<std::size_t>(result)];
}

void AdmissionStats::count_tested(std::string_view namespace_name, std::string_view ingress, bool is_allowed,
                                  std::chrono::nanoseconds tested, std::chrono::nanoseconds roundtrip) {
  using Seconds = std::chrono::duration<double>;
  count(is_allowed ? AdmissionResult::allowed : AdmissionResult::denied);
  const std::lock_guard lock(mutex_);
  totals_.has_tested = true;
  totals_.tested_seconds = Seconds(tested).count();
  totals_.roundtrip_seconds = Seconds(roundtrip).count();
  const auto [at, is_new] = entries_.try_emplace({std::string(namespace_name), std::string(ingress)});
  Entry& entry = at->second;
  if (is_new) {
    entry.series.namespace_name = namespace_name;
    entry.series.ingress = ingress;
  }
  ++(is_allowed ? entry.series.allowed : entry.series.denied);
  entry.last_seen = ++clock_;
  if (entries_.size() <= kMostSeries) return;
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return a.second.last_seen < b.second.last_seen;
  }));
}

AdmissionTotals AdmissionStats::totals() const {
  const std::lock_guard lock(mutex_);
  AdmissionTotals totals = totals_;
  totals.series.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) totals.series.push_back(entry.series);
  return totals;
}

}  // namespace headgate::observe
