// Keeps the health of every Cluster that asks for it, for all Workers: one thread of its own, begun with the
// first such Cluster, judges what the Workers have noted. Owned by the DataPlane.
//
// A thread, and not the tick of some Worker: what it has to look at grows with the endpoints of the cluster,
// and no request is to wait for that. Its lock is never taken by a Worker.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "observe/health_series.h"
#include "proxy/cluster_health.h"
#include "router/publication.h"

namespace headgate::proxy {

// For each ClusterUpdate of a Publication, in its order: null where nothing is asked; empty: of all.
using HealthUpdates = std::vector<std::shared_ptr<ClusterHealth>>;

class HealthKeeper final : public HealthWaker {
 public:
  explicit HealthKeeper(unsigned workers) : workers_(workers) {}
  ~HealthKeeper() { stop(); }
  HealthKeeper(const HealthKeeper&) = delete;
  HealthKeeper& operator=(const HealthKeeper&) = delete;

  // Endpoints of a namespace of which health checks are made; of others none, whatever is asked.
  static constexpr std::size_t kMostChecked = 512;

  // The health that belongs to new EndpointSets, before any Worker adopts them. Control thread.
  HealthUpdates adopt(const std::vector<router::ClusterUpdate>& updates, TimePoint now);
  // A Cluster asks for a judgement; it may come a tick late. Any thread, takes no lock.
  void wake() override;
  // Looks at the Clusters that are due. Called by its own thread; for tests.
  void judge(TimePoint now);
  void stop();

  // Every Cluster, by name: its endpoints, their state and why. Any thread.
  [[nodiscard]] std::string dump(TimePoint now) const;
  [[nodiscard]] std::vector<observe::HealthSeries> series(TimePoint now) const;

 private:
  void forget(std::map<router::ClusterSlot, std::shared_ptr<ClusterHealth>>::iterator at);
  void run();
  void judge_due(TimePoint now);

  const unsigned workers_;
  mutable std::mutex mutex_;
  std::map<router::ClusterSlot, std::shared_ptr<ClusterHealth>> clusters_;
  std::map<std::string, std::size_t> checked_;  // endpoints, by namespace
  std::condition_variable wake_;
  std::atomic<bool> woken_{false};
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace headgate::proxy
