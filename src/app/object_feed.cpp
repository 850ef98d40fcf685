#include "app/object_feed.h"

#include <utility>

#include "app/options_of.h"
#include "k8swatch/manifest_source.h"

namespace headgate::app {

ObjectFeed::ObjectFeed(boost::asio::io_context& io, const Flags& flags,
                       std::optional<k8swatch::ApiTarget> cluster, k8swatch::ObjectSink& sink) {
  if (!cluster) {
    source_ = std::make_unique<k8swatch::ManifestSource>(manifest_roots(flags), sink, decode_options(flags));
    return;
  }
  cluster_ = std::make_unique<ClusterConnection>(io, *std::move(cluster));
  k8swatch::ObjectSink* next = &sink;
  if (!flags.watch_namespace_selector.empty()) {
    selection_ = std::make_unique<k8swatch::NamespaceSelection>(sink);
    next = selection_.get();
  }
  auto api = std::make_unique<k8swatch::ApiSource>(api_source_options(flags), cluster_->transport(), *next);
  api_ = api.get();
  source_ = std::move(api);
}

std::vector<observe::WatchSeries> ObjectFeed::watches() const {
  std::vector<observe::WatchSeries> all;
  if (api_ == nullptr) return all;
  for (k8swatch::ApiWatchFacts& facts : api_->facts()) {
    const k8swatch::ReflectorCounters& counters = facts.counters;
    all.push_back({std::move(facts.resource), facts.synced, facts.in_trouble, facts.objects, counters.events,
                   counters.reconnects, counters.relists, counters.gone, counters.undecodable,
                   counters.last_event});
  }
  return all;
}

}  // namespace headgate::app
