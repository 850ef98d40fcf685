// What the control thread knows, for threads that ask: the admin port reads it, the control thread writes it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "k8swatch/finding.h"
#include "observe/metrics.h"
#include "observe/watch_series.h"
#include "router/routing_table.h"
#include "tls/certificate_index.h"

namespace headgate::app {

// A copy of the state at one moment; cheap.
struct ControlSnapshot {
  bool synced = false;                                // every source has delivered what existed at the start
  bool listening = false;                             // the Workers accept
  bool shutting_down = false;                         // SIGTERM was seen
  std::uint64_t first_generation = 0;                 // of the first table made after `synced`; 0 before
  std::shared_ptr<const router::RoutingTable> table;  // the newest; null before the first
  std::shared_ptr<const tls::CertificateIndex> certificates;       // likewise
  std::shared_ptr<const std::vector<k8swatch::Finding>> findings;  // never null
  std::vector<observe::WatchSeries> watches;                       // empty without an API server
  observe::ControlFacts facts;
};

// Owned by the Server. Every function may be called from any thread.
class ControlState {
 public:
  ControlState();

  [[nodiscard]] ControlSnapshot snapshot() const;

  // Calls `change` with the state, under the lock.
  template <typename Change>
  void update(Change change) {
    const std::lock_guard lock(mutex_);
    change(state_);
  }

 private:
  mutable std::mutex mutex_;
  ControlSnapshot state_;
};

}  // namespace headgate::app
