// A Worker's run-time view of one Cluster: whose turn it is, and the idle connections of each Endpoint.
#pragma once

#include <boost/intrusive/list.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "proxy/cluster_health.h"
#include "proxy/latency_average.h"
#include "proxy/random.h"
#include "proxy/tls_sessions.h"
#include "router/model.h"

namespace headgate::proxy {

class H2UpstreamConnection;
class UpstreamConnection;

using ListHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// One idle connection's place in its endpoint's list.
struct IdleHook : ListHook {};
using IdleList = boost::intrusive::list<IdleHook, boost::intrusive::constant_time_size<false>>;

// One Endpoint as long as the pool names it or a connection or a log record refers to it (counted, one
// thread).
struct EndpointState {
  explicit EndpointState(router::Endpoint e);
  router::Endpoint endpoint;
  IdleList idle;                              // most recently used first
  std::vector<H2UpstreamConnection*> h2;      // open or opening
  std::unique_ptr<TlsSessions> tls_sessions;  // null: none was kept
  bool removed = false;  // no longer in the set: finished connections are closed, not kept
  LatencyAverage latency;     // measured by Routes that balance by it alone
  std::uint32_t running = 0;  // tries of these Routes
  std::uint64_t hash_id = 0;  // of its address, the same everywhere
  std::string session_name;   // what session cookies call it; made when the first one is asked for
  // Null unless its Cluster asks for health.
  std::shared_ptr<ClusterHealth> cluster_health;
  std::shared_ptr<EndpointHealth> health;
  EndpointHealth::Tally* tally = nullptr;  // this Worker's
  std::uint32_t credit = 0;  // of a slow start: its turn is taken when that comes to a full weight
  std::uint32_t references = 0;

  void note(TryOutcome outcome) {
    if (health != nullptr) cluster_health->note(*health, *tally, outcome);
  }
  [[nodiscard]] std::uint32_t weight() const {
    return health == nullptr ? EndpointHealth::kFullWeight : health->weight.load(std::memory_order_relaxed);
  }
};
inline void intrusive_ptr_add_ref(EndpointState* state) { ++state->references; }
inline void intrusive_ptr_release(EndpointState* state) {
  if (--state->references == 0) delete state;
}
using EndpointRef = boost::intrusive_ptr<EndpointState>;

// Counted by Exchanges, so that a pool whose Cluster is gone lives until the last retry has been decided.
class EndpointPool {
 public:
  // `offset`: where round robin begins; differs between Workers so that they do not march in step.
  EndpointPool(std::shared_ptr<const router::Cluster> cluster, std::size_t offset);
  ~EndpointPool();

  // Takes a new set; an endpoint that stays (same address and uid) keeps its idle connections. `health`: of
  // that very set, or null; `worker`: whose tallies are written.
  void adopt(const router::EndpointSet& set, TimePoint now = {},
             std::shared_ptr<ClusterHealth> health = nullptr, unsigned worker = 0);

  // An endpoint that is ejected is chosen by none of the following, unless too few are healthy (panic); one
  // in slow start is passed over in some of its turns.

  // Round robin. Passes over the endpoints in `tried` while there is another; null where there is none at
  // all.
  EndpointState* choose(const EndpointRef* tried, std::size_t tried_count);

  // --- Other ways to choose (endpoint_selection.cpp); each is null where there is no endpoint. `tried`: not
  // again while there is another. ---

  using Tried = std::span<const EndpointRef>;
  // Of two drawn, the one that is expected to answer sooner.
  EndpointState* choose_fast(Tried tried, TimePoint now, Random& random);
  EndpointState* choose_any(Tried tried, Random& random);
  // The same for the same hash, in every Worker and replica, as long as the endpoint is there; when one comes
  // or goes, about one hash in n moves.
  [[nodiscard]] EndpointState* choose_by_hash(std::uint64_t hash) const;
  // The same, whether or not it is ejected.
  [[nodiscard]] EndpointState* owner_of_hash(std::uint64_t hash) const;
  // Any of the `size` endpoints of a group that the hash leads to.
  EndpointState* choose_of_subset(std::uint64_t hash, std::uint32_t size, Tried tried, Random& random);
  // The endpoint that a session cookie names, or null.
  EndpointState* find_session(std::string_view name);
  // What session cookies call it: 32 hexadecimal digits, the same in every replica. Whoever does not know
  // the uid of the pod cannot tell its address from it.
  std::string_view session_name(EndpointState& endpoint) const;

  [[nodiscard]] std::size_t size() const { return endpoints_.size(); }
  // In the order of the EndpointSet.
  [[nodiscard]] EndpointState& endpoint(std::size_t at) const { return *endpoints_[at]; }
  // Nobody can get a request.
  [[nodiscard]] bool is_empty() const {
    return endpoints_.empty() || (health_ != nullptr && health_->is_exhausted());
  }
  // It is ejected, and there are others.
  [[nodiscard]] bool avoids(const EndpointState& endpoint) const {
    return is_selective() && endpoint.weight() == 0;
  }
  [[nodiscard]] const router::Cluster& cluster() const { return *cluster_; }
  // As its Service says.
  [[nodiscard]] router::UpstreamProtocol protocol() const { return protocol_; }

  friend void intrusive_ptr_add_ref(EndpointPool* pool) { ++pool->references_; }
  friend void intrusive_ptr_release(EndpointPool* pool) {
    if (--pool->references_ == 0) delete pool;
  }

 private:
  [[nodiscard]] bool is_selective() const { return health_ != nullptr && health_->is_selective(); }
  EndpointState* choose_by_weight(Tried tried, std::size_t& next);
  static void retire(EndpointState& state);
  void introduce_new(TimePoint now);

  std::shared_ptr<const router::Cluster> cluster_;
  std::vector<EndpointRef> endpoints_;
  router::UpstreamProtocol protocol_ = router::UpstreamProtocol::http1;
  std::shared_ptr<ClusterHealth> health_;  // null: nobody is ever avoided
  std::size_t next_;
  std::uint32_t references_ = 0;
};
using EndpointPoolRef = boost::intrusive_ptr<EndpointPool>;

}  // namespace headgate::proxy
