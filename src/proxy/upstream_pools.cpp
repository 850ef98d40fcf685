#include "proxy/upstream_pools.h"

#include "proxy/context.h"

namespace headgate::proxy {

void UpstreamPools::adopt(const std::vector<router::ClusterUpdate>& updates, const HealthUpdates& health) {
  for (std::size_t i = 0; i < updates.size(); ++i) {
    const router::ClusterUpdate& update = updates[i];
    if (update.slot >= pools_.size()) pools_.resize(update.slot + 1);
    EndpointPoolRef& pool = pools_[update.slot];
    if (!update.endpoints) {
      if (pool) pool->adopt({});
      pool.reset();
      continue;
    }
    if (!pool || &pool->cluster() != update.cluster.get()) {
      if (pool) pool->adopt({});
      pool = new EndpointPool(update.cluster, offset_);
    }
    pool->adopt(*update.endpoints, context_->now, health.empty() ? nullptr : health[i], worker_);
    context_->stats.adopted_endpoint_sets.add();
  }
}

namespace {

// Null: there is none. Connections made with other TLS settings are never used: what they were checked for,
// and as whom, is not what this Route asks for.
UpstreamConnection* find_idle(EndpointState& endpoint, const UpstreamWay& way) {
  for (IdleHook& each : endpoint.idle) {
    auto& connection = static_cast<UpstreamConnection&>(each);
    if (connection.tls() == way.tls) return &connection;
  }
  return nullptr;
}

}  // namespace

Upstream* UpstreamPools::checkout(EndpointState& endpoint, UpstreamUser& user, const UpstreamWay& way,
                                  Reuse reuse) {
  if (way.http2) return checkout_stream(endpoint, user, way, reuse);
  while (reuse != Reuse::none) {
    UpstreamConnection* const idle = find_idle(endpoint, way);
    if (idle == nullptr) break;
    UpstreamConnection& connection = *idle;
    const bool check = reuse == Reuse::checked || connection.is_doubtful();
    if (check && !connection.transport().is_quiet()) {
      connection.close();
      continue;
    }
    context_->stats.upstream_reuses.add();
    connection.attach(user, check);
    return &connection;
  }
  auto* const connection = new UpstreamConnection(*context_, EndpointRef(&endpoint), way);
  all_.push_back(*connection);
  context_->stats.upstream_connects.add();
  if (!connection->connect()) {
    context_->stats.upstream_connect_errors.add();
    connection->close();
    return nullptr;
  }
  connection->attach(user, true);
  return connection;
}

Upstream* UpstreamPools::checkout_stream(EndpointState& endpoint, UpstreamUser& user, const UpstreamWay& way,
                                         Reuse reuse) {
  for (H2UpstreamConnection* const each : endpoint.h2) {
    if (each->tls() != way.tls || !each->can_open()) continue;
    // One that still connects is new to everybody: all streams of a lost connection wait for the same.
    if (reuse == Reuse::none && each->is_connected()) continue;
    context_->stats.upstream_reuses.add();
    return each->open(user);
  }
  auto* const connection = new H2UpstreamConnection(*context_, EndpointRef(&endpoint), way);
  all_h2_.push_back(*connection);
  context_->stats.upstream_connects.add();
  if (!connection->connect()) {
    context_->stats.upstream_connect_errors.add();
    connection->close();
    return nullptr;
  }
  return connection->open(user);
}

const tls::ClientContext* UpstreamPools::default_tls() {
  if (default_tls_ == nullptr) {
    auto made = tls::ClientContext::make({});
    if (made) default_tls_ = *std::move(made);
  }
  return default_tls_.get();
}

void UpstreamPools::put_idle(UpstreamConnection& connection) {
  connection.endpoint().idle.push_front(connection);
  idle_.push_back(connection);
  ++idle_count_;
  if (idle_count_ > context_->listeners->upstream_keepalive_connections) idle_.front().close();
}

void UpstreamPools::close_all() {
  while (!all_.empty()) all_.front().close();
  while (!all_h2_.empty()) all_h2_.front().close();
}

}  // namespace headgate::proxy
