#include "proxy/cluster_health.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace headgate::proxy {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
// Of an endpoint at the beginning of its slow start, in thousandths; Envoy's number.
constexpr std::uint32_t kLeastWeight = 100;
// How often the weights of slow starts follow the time.
constexpr std::chrono::milliseconds kWarmStep{100};

std::string_view to_string(EjectionReason reason) {
  switch (reason) {
    case EjectionReason::consecutive_5xx:
      return "consecutive-5xx";
    case EjectionReason::consecutive_gateway_failure:
      return "consecutive-gateway-failure";
    case EjectionReason::success_rate:
      return "success-rate";
  }
  return "?";
}

EndpointHealth::Sums sum_of(const EndpointHealth& health) {
  EndpointHealth::Sums sums;
  for (unsigned i = 0; i < health.workers; ++i) {
    sums.tries += health.tallies[i].tries.value();
    sums.failures += health.tallies[i].failures.value();
  }
  return sums;
}

void forget_failures(EndpointHealth& health) {
  health.failures_in_a_row.store(0, kRelaxed);
  health.gateway_failures_in_a_row.store(0, kRelaxed);
}

bool reaches(const std::atomic<std::uint32_t>& count, std::uint32_t limit) {
  return limit != 0 && count.load(kRelaxed) >= limit;
}

double success_rate(const EndpointHealth::Sums& sums) {
  return 100.0 * (1.0 - static_cast<double>(sums.failures) / static_cast<double>(sums.tries));
}

std::string check_of(const EndpointHealth& health, bool is_checked) {
  if (!is_checked) return "NOT CHECKED: too many endpoints of this namespace are";
  const int code = health.last_answer.load(kRelaxed);
  return code < 0 ? "not checked yet" : "last check: " + CheckAnswer::of_code(code).text();
}

const ClusterHealth::Member* find(const ClusterHealth* in, const router::Endpoint& endpoint) {
  if (in == nullptr) return nullptr;
  const auto& members = in->members();
  const auto at = std::lower_bound(members.begin(), members.end(), endpoint.address,
                                   [](const ClusterHealth::Member& member, const SocketAddress& address) {
                                     return member.endpoint.address < address;
                                   });
  return at != members.end() && at->endpoint == endpoint ? &*at : nullptr;
}

std::string seconds(Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

ClusterHealth::ClusterHealth(std::shared_ptr<const router::Cluster> cluster, const router::EndpointSet& set,
                             const ClusterHealth* before, unsigned workers, HealthWaker* waker, TimePoint now,
                             std::size_t most_checked)
    : cluster_(std::move(cluster)), settings_(set.health.settings), waker_(waker), due_(now) {
  const bool interval_goes_on = before != nullptr && before->settings_->outliers == settings_->outliers;
  if (settings_->outliers)
    interval_end_ = interval_goes_on ? before->interval_end_ : now + settings_->outliers->interval;
  if (before != nullptr) {
    ejections_ = before->ejections_;
    past_checks_ = before->past_checks_;
    past_failed_checks_ = before->past_failed_checks_;
    for (const Member& member : before->members_) {
      past_checks_ += member.health->checks.value();
      past_failed_checks_ += member.health->failed_checks.value();
    }
  }
  members_.reserve(set.endpoints.size());
  std::vector<bool> was_checked;
  for (const router::Endpoint& endpoint : set.endpoints) {
    if (const Member* const known = find(before, endpoint)) {
      was_checked.push_back(before->is_checked(*known));
      members_.push_back(*known);
      past_checks_ -= known->health->checks.value();
      past_failed_checks_ -= known->health->failed_checks.value();
      continue;
    }
    was_checked.push_back(false);
    members_.push_back({endpoint, std::make_shared<EndpointHealth>(workers)});
    // Where all are new, nobody else could take the share.
    if (before != nullptr && !before->members_.empty()) begin_slow_start(*members_.back().health, now);
  }
  if (settings_->check) checked_count_ = std::min(most_checked, members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i)  // what was found out earlier is no news any more
    if (!was_checked[i] || i >= checked_count_) members_[i].health->unwell.store(false, kRelaxed);
  judge(now);
}

void ClusterHealth::ask() {
  // One failure after another needs no more than one judgement: one that has not begun sees this one.
  if (asked_.exchange(true, std::memory_order_acq_rel)) return;
  if (waker_ != nullptr) waker_->wake();
}

void ClusterHealth::note(EndpointHealth& health, EndpointHealth::Tally& tally, TryOutcome outcome) {
  if (!health.note(outcome, tally) || !settings_->outliers) return;
  if (!reaches(health.failures_in_a_row, settings_->outliers->consecutive_5xx) &&
      !reaches(health.gateway_failures_in_a_row, settings_->outliers->consecutive_gateway_failure))
    return;
  ask();
}

void ClusterHealth::judge(TimePoint now) {
  // Not a mere store, which others might see only after what is read below: who asks in between would think
  // that it is still to be judged.
  asked_.exchange(false, std::memory_order_acq_rel);
  // First: who comes back now has not been without ejection for an interval.
  if (settings_->outliers && now >= interval_end_) end_interval(now);
  note_recoveries(now);
  end_ejections(now);
  if (settings_->outliers) eject_for_failures_in_a_row(now);
  publish_verdict(now);
}

void ClusterHealth::note_recoveries(TimePoint now) {
  for (const Member& member : members_) {
    const bool unwell = is_unwell(member);
    if (std::exchange(member.health->was_unwell, unwell) && !unwell) begin_slow_start(*member.health, now);
  }
}

void ClusterHealth::end_ejections(TimePoint now) {
  for (const Member& member : members_) {
    EndpointHealth& health = *member.health;
    if (!health.ejected || (settings_->outliers && now < health.ejected_until)) continue;
    health.ejected = false;
    forget_failures(health);
    begin_slow_start(health, now);
  }
}

void ClusterHealth::eject_for_failures_in_a_row(TimePoint now) {
  const router::OutlierDetection& rules = *settings_->outliers;
  for (const Member& member : members_) {
    EndpointHealth& health = *member.health;
    if (health.ejected) continue;
    const bool as_gateway = reaches(health.gateway_failures_in_a_row, rules.consecutive_gateway_failure);
    if (!as_gateway && !reaches(health.failures_in_a_row, rules.consecutive_5xx)) continue;
    if (!eject(health,
               as_gateway ? EjectionReason::consecutive_gateway_failure : EjectionReason::consecutive_5xx,
               now))
      forget_failures(health);  // too many are ejected: it takes as many failures to ask again
  }
}

void ClusterHealth::end_interval(TimePoint now) {
  for (const Member& member : members_) {
    EndpointHealth& health = *member.health;
    const EndpointHealth::Sums sums = sum_of(health);
    health.last_interval = {sums.tries - health.before.tries, sums.failures - health.before.failures};
    health.before = sums;
  }
  if (settings_->outliers->success_rate_stdev_factor != 0) compare_success_rates(now);
  for (const Member& member : members_)
    if (!member.health->ejected && member.health->ejections > 0) --member.health->ejections;
  interval_end_ = now + settings_->outliers->interval;
}

void ClusterHealth::compare_success_rates(TimePoint now) {
  const router::OutlierDetection& rules = *settings_->outliers;
  std::vector<EndpointHealth*> compared;
  double sum = 0;
  for (const Member& member : members_) {
    EndpointHealth& health = *member.health;
    if (health.ejected || health.last_interval.tries == 0 ||
        health.last_interval.tries < rules.success_rate_request_volume)
      continue;
    compared.push_back(&health);
    sum += success_rate(health.last_interval);
  }
  if (compared.empty() || compared.size() < rules.success_rate_minimum_hosts) return;
  const auto count = static_cast<double>(compared.size());
  const double mean = sum / count;
  double squares = 0;
  for (const EndpointHealth* const each : compared) {
    const double difference = success_rate(each->last_interval) - mean;
    squares += difference * difference;
  }
  const double least = mean - std::sqrt(squares / count) * (rules.success_rate_stdev_factor / 1000.0);
  for (EndpointHealth* const each : compared)
    if (success_rate(each->last_interval) < least) eject(*each, EjectionReason::success_rate, now);
}

bool ClusterHealth::may_eject() const {
  const std::uint64_t most = settings_->outliers->max_ejection_percent;
  const auto ejected = static_cast<std::uint64_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& m) { return m.health->ejected; }));
  return most != 0 && (ejected == 0 || (ejected + 1) * 100 <= most * members_.size());
}

bool ClusterHealth::eject(EndpointHealth& health, EjectionReason reason, TimePoint now) {
  if (!may_eject()) return false;
  const router::OutlierDetection& rules = *settings_->outliers;
  health.ejected = true;
  health.reason = reason;
  ++health.ejections;
  ++ejections_[static_cast<std::size_t>(reason)];
  health.ejected_until = now + std::min(rules.base_ejection_time * health.ejections,
                                        std::max(rules.base_ejection_time, rules.max_ejection_time));
  return true;
}

void ClusterHealth::begin_slow_start(EndpointHealth& health, TimePoint now) const {
  health.warm_at = now + settings_->slow_start;
}

// Of one that is not checked nobody would find out that it is well again. Its mark may still be there: a
// Worker writes it until it has adopted the settings that it is no more to ask by.
bool ClusterHealth::is_unwell(const Member& member) const {
  return is_checked(member) && member.health->unwell.load(kRelaxed);
}

std::uint32_t ClusterHealth::weight_of(const Member& member, TimePoint now) const {
  const EndpointHealth& health = *member.health;
  if (health.ejected || is_unwell(member)) return 0;
  if (now >= health.warm_at || settings_->slow_start.count() == 0) return EndpointHealth::kFullWeight;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(health.warm_at - now);
  const auto done = std::max<std::int64_t>(0, (settings_->slow_start - left).count());
  return std::max<std::uint32_t>(kLeastWeight, static_cast<std::uint32_t>(done * EndpointHealth::kFullWeight /
                                                                          settings_->slow_start.count()));
}

void ClusterHealth::publish_verdict(TimePoint now) {
  due_ = settings_->outliers ? interval_end_ : TimePoint::max();
  std::size_t usable = 0;
  bool selective = false;
  for (const Member& member : members_) {
    const EndpointHealth& health = *member.health;
    const std::uint32_t weight = weight_of(member, now);
    member.health->weight.store(weight, kRelaxed);
    if (weight != 0) ++usable;
    if (weight != EndpointHealth::kFullWeight) selective = true;
    if (health.ejected) due_ = std::min(due_, health.ejected_until);
    if (weight != 0 && weight != EndpointHealth::kFullWeight) due_ = std::min(due_, now + kWarmStep);
  }
  panic_ = usable * 100 < settings_->panic_threshold * members_.size();
  selective_.store(selective && !panic_, kRelaxed);
  exhausted_.store(usable == 0 && !panic_, kRelaxed);
}

observe::HealthSeries ClusterHealth::series(TimePoint now) const {
  observe::HealthSeries series;
  series.namespace_name = cluster_->namespace_name;
  series.service = cluster_->service;
  series.port = cluster_->port;
  series.panic = panic_;
  for (const Member& member : members_) {
    const std::uint32_t weight = weight_of(member, now);
    ++(is_unwell(member)                       ? series.unhealthy
       : weight == 0                           ? series.ejected
       : weight == EndpointHealth::kFullWeight ? series.healthy
                                               : series.slow_start);
  }
  series.checks = past_checks_;
  series.failed_checks = past_failed_checks_;
  for (const Member& member : members_) {
    series.checks += member.health->checks.value();
    series.failed_checks += member.health->failed_checks.value();
  }
  series.checked = checked_count_;
  series.is_checked = settings_->check.has_value();
  for (std::size_t i = 0; i < kEjectionReasons; ++i)
    series.ejections.emplace_back(to_string(static_cast<EjectionReason>(i)), ejections_[i]);
  return series;
}

std::string ClusterHealth::dump(TimePoint now) const {
  const auto usable = std::count_if(members_.begin(), members_.end(),
                                    [&](const Member& m) { return weight_of(m, now) != 0; });
  std::string out = "cluster " + cluster_->name + ": " + std::to_string(usable) + " of " +
                    std::to_string(members_.size()) + " endpoints healthy";
  if (panic_) out += ", PANIC: fewer than " + std::to_string(settings_->panic_threshold) + " %, all are used";
  if (is_exhausted()) out += ", none is used";
  out += "\n";
  for (const Member& member : members_) {
    const EndpointHealth& health = *member.health;
    out += "  " + member.endpoint.text;
    const std::uint32_t weight = weight_of(member, now);
    if (health.ejected)
      out += " ejected (" + std::string(to_string(health.reason)) + ") for " +
             seconds(health.ejected_until - now) + " more";
    else if (is_unwell(member))
      out += " unhealthy (health check)";
    else if (weight != EndpointHealth::kFullWeight)
      out += " healthy, in slow start at " + std::to_string(weight / 10) + " %";
    else
      out += " healthy";
    if (const auto failures = health.failures_in_a_row.load(kRelaxed); failures != 0)
      out += ", " + std::to_string(failures) + " failures in a row";
    if (health.ejections != 0) out += ", " + std::to_string(health.ejections) + " ejections not forgiven yet";
    if (settings_->outliers && health.last_interval.tries != 0)
      out += ", last interval " + std::to_string(health.last_interval.failures) + " of " +
             std::to_string(health.last_interval.tries) + " failed";
    if (settings_->check) out += ", " + check_of(health, is_checked(member));
    out += "\n";
  }
  return out;
}

}  // namespace headgate::proxy
