// The health of all endpoints of one Cluster in one EndpointSet: Envoy's outlier detection, panic threshold
// and slow start, and what health checks have found out. The rules are judge(), a plain function of the time;
// the HealthKeeper calls it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "observe/health_series.h"
#include "proxy/endpoint_health.h"
#include "router/health_settings.h"

namespace headgate::proxy {

// Whom a Worker tells that a Cluster is to be judged soon. Any thread.
class HealthWaker {
 public:
  virtual void wake() = 0;

 protected:
  ~HealthWaker() = default;
};

class ClusterHealth {
 public:
  struct Member {
    router::Endpoint endpoint;
    std::shared_ptr<EndpointHealth> health;
  };

  // `before`: that of the Cluster's EndpointSet until now, or null; endpoints that stay keep what is known of
  // them, and what the Cluster has counted goes on. `set` has health settings. `waker` (null: nobody) must
  // outlive this. `most_checked`: of its endpoints, where it asks for checks.
  ClusterHealth(std::shared_ptr<const router::Cluster> cluster, const router::EndpointSet& set,
                const ClusterHealth* before, unsigned workers, HealthWaker* waker, TimePoint now,
                std::size_t most_checked = SIZE_MAX);

  // --- Workers ---

  // Some endpoint gets less than its share: look at weights.
  [[nodiscard]] bool is_selective() const { return selective_.load(std::memory_order_relaxed); }
  // No endpoint is to be used.
  [[nodiscard]] bool is_exhausted() const { return exhausted_.load(std::memory_order_relaxed); }
  // In the order of the EndpointSet.
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] const router::HealthSettings& settings() const { return *settings_; }
  // The first so many members are checked.
  [[nodiscard]] std::size_t checked_count() const { return checked_count_; }
  // `member`: one of members().
  [[nodiscard]] bool is_checked(const Member& member) const {
    return static_cast<std::size_t>(&member - members_.data()) < checked_count_;
  }
  // To be judged soon.
  void ask();
  // One of its endpoints was tried by the Worker whose `tally` that is.
  void note(EndpointHealth& health, EndpointHealth::Tally& tally, TryOutcome outcome);

  // --- HealthKeeper ---

  [[nodiscard]] bool is_due(TimePoint now) const {
    return now >= due_ || asked_.load(std::memory_order_relaxed);
  }
  void judge(TimePoint now);
  [[nodiscard]] const router::Cluster& cluster() const { return *cluster_; }
  // For metrics.
  [[nodiscard]] observe::HealthSeries series(TimePoint now) const;
  // One line for the Cluster and one for each endpoint: its state and why.
  [[nodiscard]] std::string dump(TimePoint now) const;

 private:
  void note_recoveries(TimePoint now);
  void end_ejections(TimePoint now);
  void eject_for_failures_in_a_row(TimePoint now);
  void end_interval(TimePoint now);
  void compare_success_rates(TimePoint now);
  [[nodiscard]] bool may_eject() const;
  bool eject(EndpointHealth& health, EjectionReason reason, TimePoint now);
  void begin_slow_start(EndpointHealth& health, TimePoint now) const;
  [[nodiscard]] bool is_unwell(const Member& member) const;
  [[nodiscard]] std::uint32_t weight_of(const Member& member, TimePoint now) const;
  void publish_verdict(TimePoint now);

  std::shared_ptr<const router::Cluster> cluster_;
  std::shared_ptr<const router::HealthSettings> settings_;  // never null
  std::vector<Member> members_;
  std::size_t checked_count_ = 0;
  // Checks of endpoints that are gone.
  std::uint64_t past_checks_ = 0;
  std::uint64_t past_failed_checks_ = 0;
  HealthWaker* waker_;
  std::atomic<bool> selective_{false};
  std::atomic<bool> exhausted_{false};
  std::atomic<bool> asked_{false};
  bool panic_ = false;
  TimePoint interval_end_;
  TimePoint due_;
  std::array<std::uint64_t, kEjectionReasons> ejections_{};  // so far
};

}  // namespace headgate::proxy
