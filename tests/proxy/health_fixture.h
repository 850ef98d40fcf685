// Endpoints 10.0.0.1, 10.0.0.2 … of one Cluster with health settings, a pool that chooses among them and a
// clock that is moved by hand.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/socket_address.h"
#include "proxy/endpoint_pool.h"
#include "proxy/health_keeper.h"
#include "router/health_settings.h"

namespace headgate::proxy {

class HealthFixture {
 protected:
  static constexpr unsigned kWorkers = 2;

  static router::HealthSettings with_detection() {
    router::HealthSettings settings;
    settings.outliers.emplace();
    settings.outliers->max_ejection_percent = 100;
    return settings;
  }
  // Endpoints first … last.
  void adopt(int first, int last, const router::HealthSettings& settings) {
    auto set = std::make_shared<router::EndpointSet>();
    for (int i = first; i <= last; ++i) {
      router::Endpoint endpoint;
      endpoint.address = SocketAddress::parse("10.0.0." + std::to_string(i), 80).value();
      endpoint.text = endpoint.address.to_string();
      set->endpoints.push_back(endpoint);
    }
    set->health.settings = std::make_shared<const router::HealthSettings>(settings);
    health = std::make_shared<ClusterHealth>(cluster, *set, health.get(), kWorkers, nullptr, now);
    for (unsigned i = 0; i < kWorkers; ++i) pools[i]->adopt(*set, now, health, i);
  }
  EndpointState& endpoint(int i, unsigned worker = 0) {
    const std::string text = "10.0.0." + std::to_string(i) + ":80";
    // By hash every endpoint is met, whatever its health.
    for (std::uint64_t hash = 0;; ++hash)
      if (EndpointState* const found = pools[worker]->owner_of_hash(hash); found->endpoint.text == text)
        return *found;
  }
  void fail(int i, int times, TryOutcome outcome = TryOutcome::failure, unsigned worker = 0) {
    EndpointState& state = endpoint(i, worker);
    for (int n = 0; n < times; ++n) state.note(outcome);
    if (health->is_due(now)) health->judge(now);
  }
  void succeed(int i, int times, unsigned worker = 0) {
    EndpointState& state = endpoint(i, worker);
    for (int n = 0; n < times; ++n) state.note(TryOutcome::success);
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    if (health->is_due(now)) health->judge(now);
  }
  // The last number of the addresses that `count` requests get, and how often.
  std::map<std::string, int> spread(int count, unsigned worker = 0) {
    std::map<std::string, int> met;
    for (int i = 0; i < count; ++i) {
      const EndpointState* const chosen = pools[worker]->choose(nullptr, 0);
      ++met[chosen == nullptr ? "none" : chosen->endpoint.text.substr(7, 1)];
    }
    return met;
  }

  TimePoint now = TimePoint(std::chrono::hours(1));
  std::shared_ptr<router::Cluster> cluster = std::make_shared<router::Cluster>();
  std::shared_ptr<ClusterHealth> health;
  EndpointPoolRef pools[kWorkers] = {EndpointPoolRef(new EndpointPool(cluster, 0)),
                                     EndpointPoolRef(new EndpointPool(cluster, 0))};
};

}  // namespace headgate::proxy
