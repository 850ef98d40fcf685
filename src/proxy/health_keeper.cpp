#include "proxy/health_keeper.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

namespace headgate::proxy {
namespace {

// How late a slow start, the end of an ejection or a lost wake() may be noticed.
constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::milliseconds kPause{5};

}  // namespace

HealthUpdates HealthKeeper::adopt(const std::vector<router::ClusterUpdate>& updates, TimePoint now) {
  const std::lock_guard<std::mutex> guard(mutex_);
  HealthUpdates result;
  for (std::size_t i = 0; i < updates.size(); ++i) {
    const router::ClusterUpdate& update = updates[i];
    const auto known = clusters_.find(update.slot);
    if (update.endpoints == nullptr || update.endpoints->health.settings == nullptr) {
      if (known != clusters_.end()) forget(known);
      continue;
    }
    std::shared_ptr<ClusterHealth> before;
    if (known != clusters_.end()) {
      if (&known->second->cluster() == update.cluster.get()) before = known->second;
      forget(known);
    }
    const auto others = checked_.find(update.cluster->namespace_name);
    const std::size_t checked = others == checked_.end() ? 0 : others->second;
    result.resize(updates.size());
    result[i] = std::make_shared<ClusterHealth>(update.cluster, *update.endpoints, before.get(), workers_,
                                                this, now, kMostChecked - std::min(checked, kMostChecked));
    if (const std::size_t count = result[i]->checked_count(); count != 0)
      checked_[update.cluster->namespace_name] += count;
    clusters_[update.slot] = result[i];
  }
  if (!clusters_.empty() && !stopped_ && !thread_.joinable()) thread_ = std::thread([this] { run(); });
  return result;
}

void HealthKeeper::forget(std::map<router::ClusterSlot, std::shared_ptr<ClusterHealth>>::iterator at) {
  if (const std::size_t count = at->second->checked_count(); count != 0) {
    const auto checked = checked_.find(at->second->cluster().namespace_name);
    checked->second -= count;
    if (checked->second == 0) checked_.erase(checked);
  }
  clusters_.erase(at);
}

void HealthKeeper::wake() {
  woken_.store(true, std::memory_order_relaxed);
  wake_.notify_one();
}

void HealthKeeper::judge(TimePoint now) {
  const std::lock_guard<std::mutex> guard(mutex_);
  judge_due(now);
}

void HealthKeeper::judge_due(TimePoint now) {
  for (const auto& [slot, health] : clusters_)
    if (health->is_due(now)) health->judge(now);
}

void HealthKeeper::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_) {
    judge_due(Clock::now());
    // However often it is woken: between two judgements others have the lock.
    wake_.wait_for(lock, kPause, [this] { return stopped_; });
    // Nobody holds the lock who wakes it: a call between this look and the wait is noticed a tick later.
    wake_.wait_for(lock, kTick,
                   [this] { return stopped_ || woken_.exchange(false, std::memory_order_relaxed); });
  }
}

void HealthKeeper::stop() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string HealthKeeper::dump(TimePoint now) const {
  const std::lock_guard<std::mutex> guard(mutex_);
  std::vector<const ClusterHealth*> sorted;
  for (const auto& [slot, health] : clusters_) sorted.push_back(health.get());
  std::sort(sorted.begin(), sorted.end(), [](const ClusterHealth* a, const ClusterHealth* b) {
    return a->cluster().name < b->cluster().name;
  });
  std::string out;
  for (const ClusterHealth* each : sorted) out += each->dump(now);
  return out;
}

std::vector<observe::HealthSeries> HealthKeeper::series(TimePoint now) const {
  const std::lock_guard<std::mutex> guard(mutex_);
  // A Service port may have several Clusters (service-upstream): they are one series.
  std::map<std::tuple<std::string, std::string, std::string>, observe::HealthSeries> merged;
  for (const auto& [slot, health] : clusters_) {
    observe::HealthSeries series = health->series(now);
    auto key = std::tuple(series.namespace_name, series.service, series.port);
    const auto [at, is_first] = merged.try_emplace(std::move(key), std::move(series));
    if (!is_first) at->second.add(series);  // not moved from: the key was there
  }
  std::vector<observe::HealthSeries> result;
  for (auto& [key, series] : merged) result.push_back(std::move(series));
  return result;
}

}  // namespace headgate::proxy
