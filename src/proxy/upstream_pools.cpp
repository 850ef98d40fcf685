#include "proxy/upstream_pools.h"

#include "proxy/context.h"

namespace headgate::proxy {

void UpstreamPools::adopt(const std::vector<router::ClusterUpdate>& updates) {
  for (const router::ClusterUpdate& update : updates) {
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
    pool->adopt(*update.endpoints, context_->now);
    context_->stats.adopted_endpoint_sets.add();
  }
}

UpstreamConnection* UpstreamPools::checkout(EndpointState& endpoint, UpstreamUser& user, Reuse reuse) {
  while (reuse != Reuse::none && !endpoint.idle.empty()) {
    auto& connection = static_cast<UpstreamConnection&>(endpoint.idle.front());
    const bool check = reuse == Reuse::checked || connection.is_doubtful();
    if (check && !connection.transport().is_quiet()) {
      connection.close();
      continue;
    }
    context_->stats.upstream_reuses.add();
    connection.attach(user, check);
    return &connection;
  }
  auto* const connection = new UpstreamConnection(*context_, EndpointRef(&endpoint));
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

void UpstreamPools::put_idle(UpstreamConnection& connection) {
  connection.endpoint().idle.push_front(connection);
  idle_.push_back(connection);
  ++idle_count_;
  if (idle_count_ > context_->listeners->upstream_keepalive_connections) idle_.front().close();
}

void UpstreamPools::close_all() {
  while (!all_.empty()) all_.front().close();
}

}  // namespace headgate::proxy
