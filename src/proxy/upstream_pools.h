// All EndpointPools of one Worker, and the bookkeeping of connections across them: which are idle and for how
// long, and how many may be.
#pragma once

#include <cstddef>
#include <vector>

#include "proxy/endpoint_pool.h"
#include "proxy/h2_upstream_connection.h"
#include "proxy/health_keeper.h"
#include "proxy/upstream_connection.h"
#include "proxy/upstream_way.h"
#include "router/publication.h"

namespace headgate::proxy {

struct WorkerContext;

// Which connections will do for a try.
enum class Reuse : std::uint8_t {
  any,      // an idle one where there is one
  checked,  // an idle one, once a look at the socket says that it is still open
  none,     // a new one, which may be one that others wait for: the last try failed
};

class UpstreamPools {
 public:
  // `offset` spreads the Workers' round robins.
  // `worker`: which one it is.
  UpstreamPools(std::size_t offset, unsigned worker) : offset_(offset), worker_(worker) {}
  ~UpstreamPools() { close_all(); }
  UpstreamPools(const UpstreamPools&) = delete;
  UpstreamPools& operator=(const UpstreamPools&) = delete;
  void set_context(WorkerContext& context) { context_ = &context; }

  // `health`: of the same updates (HealthKeeper::adopt).
  void adopt(const std::vector<router::ClusterUpdate>& updates, const HealthUpdates& health);

  // Null where the slot has no pool (never for a slot of the current table).
  [[nodiscard]] EndpointPool* pool(router::ClusterSlot slot) const {
    return slot < pools_.size() ? pools_[slot].get() : nullptr;
  }

  // That of `cluster` itself: null where its slot is another one's by now, for those who looked at an older
  // table.
  [[nodiscard]] EndpointPool* pool_of(const router::Cluster& cluster) const {
    EndpointPool* const found = pool(cluster.slot);
    return found != nullptr && &found->cluster() == &cluster ? found : nullptr;
  }

  // For `user`, made in that `way`: an idle connection or a new one that connects; over HTTP/2 a stream of
  // one that has room for it. Null: connecting failed at once.
  Upstream* checkout(EndpointState& endpoint, UpstreamUser& user, const UpstreamWay& way, Reuse reuse);

  // The TLS settings of Routes that say nothing: whoever answers is taken, nothing is shown. Made at the
  // first call; null: OpenSSL has no memory.
  const tls::ClientContext* default_tls();

  // Called by UpstreamConnection when it becomes idle; closes the longest idle one beyond the limit.
  void put_idle(UpstreamConnection& connection);
  void leave_idle() { --idle_count_; }

  void close_all();

 private:
  Upstream* checkout_stream(EndpointState& endpoint, UpstreamUser& user, const UpstreamWay& way, Reuse reuse);

  WorkerContext* context_ = nullptr;
  std::shared_ptr<const tls::ClientContext> default_tls_;
  std::vector<EndpointPoolRef> pools_;
  AllUpstreamsList all_;
  AllH2List all_h2_;
  LruList idle_;
  std::size_t idle_count_ = 0;
  std::size_t offset_;
  unsigned worker_;
};

}  // namespace headgate::proxy
