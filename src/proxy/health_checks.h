// Asks the endpoints of this Worker's share whether they are well, where their Cluster wants that. Each
// endpoint is asked by one Worker of the process, over the Worker's own machinery: the same parser, TLS and
// HTTP/2 as for requests of clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "proxy/cluster_health.h"
#include "proxy/endpoint_pool.h"
#include "proxy/timer_wheel.h"
#include "proxy/upstream_user.h"
#include "router/health_settings.h"

namespace headgate::proxy {

class Upstream;
struct WorkerContext;

// One Worker thread.
class HealthChecks {
 public:
  // At a time, of each Worker; others wait for their turn, which goes from namespace to namespace.
  static constexpr std::size_t kMostAtOnce = 32;
  static constexpr std::size_t kMostOfNamespace = 8;

  // `worker` of `workers`: which of the Workers this is.
  HealthChecks(WorkerContext& context, unsigned worker, unsigned workers);
  ~HealthChecks();
  HealthChecks(const HealthChecks&) = delete;
  HealthChecks& operator=(const HealthChecks&) = delete;

  // `pool` has adopted `health` (null: nothing is wanted any more, or the Cluster is gone and so is `pool`).
  void adopt(router::ClusterSlot slot, const EndpointPoolRef& pool,
             const std::shared_ptr<ClusterHealth>& health);
  void close_all();
  [[nodiscard]] std::size_t size() const;

 private:
  class Check;
  // The checks of one Cluster, by the endpoint's health, which outlives EndpointSets.
  using OfCluster = std::map<EndpointHealth*, std::unique_ptr<Check>>;
  // Those of one namespace that are due.
  struct Line {
    std::deque<Check*> waiting;
    std::size_t running = 0;
  };

  void ask_for_turn(Check& check);
  void end_turn(Check& check);
  void forget_turn(Check& check);
  void give_turns();

  WorkerContext& context_;
  const unsigned worker_;
  const unsigned workers_;
  std::map<router::ClusterSlot, OfCluster> clusters_;
  std::map<std::string, Line, std::less<>> lines_;  // none is empty and idle
  std::string last_line_;                           // that had a turn
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
  bool giving_ = false;  // give_turns() is at work
};

}  // namespace headgate::proxy
