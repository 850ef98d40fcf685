#include "proxy/endpoint_pool.h"

#include <algorithm>

#include "base/text_hash.h"
#include "proxy/h2_upstream_connection.h"
#include "proxy/upstream_connection.h"

namespace headgate::proxy {

namespace {

// Never to be changed: replicas of different versions choose alike.
constexpr std::uint64_t kHashSeed = 0x656E64706F696E74ULL;

}  // namespace

EndpointState::EndpointState(router::Endpoint e)
    : endpoint(std::move(e)), hash_id(text_hash(endpoint.text, kHashSeed)) {}

EndpointPool::EndpointPool(std::shared_ptr<const router::Cluster> cluster, std::size_t offset)
    : cluster_(std::move(cluster)), next_(offset) {}

EndpointPool::~EndpointPool() {
  for (EndpointRef& state : endpoints_) retire(*state);
}

namespace {

// Both the sets and the pool are ordered by address.
bool before(const EndpointRef& state, const SocketAddress& address) {
  return state->endpoint.address < address;
}

EndpointState* find(const std::vector<EndpointRef>& states, const router::Endpoint& wanted) {
  const auto at = std::lower_bound(states.begin(), states.end(), wanted.address, before);
  return at != states.end() && (*at)->endpoint == wanted ? at->get() : nullptr;
}

}  // namespace

void EndpointPool::adopt(const router::EndpointSet& set, TimePoint now, std::shared_ptr<ClusterHealth> health,
                         unsigned worker) {
  protocol_ = set.protocol;
  health_ = std::move(health);
  std::vector<EndpointRef> adopted;
  adopted.reserve(set.endpoints.size());
  for (const router::Endpoint& endpoint : set.endpoints) {
    EndpointState* const kept = find(endpoints_, endpoint);
    adopted.emplace_back(kept != nullptr ? kept : new EndpointState(endpoint));
  }
  for (const EndpointRef& state : endpoints_) {
    if (find(adopted, state->endpoint) != state.get()) retire(*state);
  }
  endpoints_ = std::move(adopted);
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    EndpointState& state = *endpoints_[i];
    state.cluster_health = health_;
    state.health = health_ != nullptr ? health_->members()[i].health : nullptr;
    state.tally = state.health != nullptr ? &state.health->tallies[worker] : nullptr;
  }
  introduce_new(now);
}

// Whoever is new is taken for average: not for the fastest of all, which would get every request.
void EndpointPool::introduce_new(TimePoint now) {
  double sum = 0;
  std::size_t known = 0;
  for (const EndpointRef& each : endpoints_) {
    if (!each->latency.is_known()) continue;
    sum += each->latency.microseconds(now);
    ++known;
  }
  if (known == 0) return;
  for (const EndpointRef& each : endpoints_)
    if (!each->latency.is_known()) each->latency.begin_with(sum / static_cast<double>(known), now);
}

void EndpointPool::retire(EndpointState& state) {
  state.removed = true;
  for (H2UpstreamConnection* const each : state.h2) each->retire();
  while (!state.idle.empty()) static_cast<UpstreamConnection&>(state.idle.front()).close();
}

EndpointState* EndpointPool::choose(const EndpointRef* tried, std::size_t tried_count) {
  const std::size_t count = endpoints_.size();
  if (count == 0) return nullptr;
  if (is_selective()) return choose_by_weight({tried, tried_count}, next_);
  EndpointState* first = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    EndpointState* const candidate = endpoints_[next_ % count].get();
    next_ = (next_ + 1) % count;
    if (first == nullptr) first = candidate;
    if (std::none_of(tried, tried + tried_count,
                     [&](const EndpointRef& t) { return t.get() == candidate; })) {
      return candidate;
    }
  }
  return first;
}

}  // namespace headgate::proxy
