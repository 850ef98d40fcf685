#include "app/object_feed.h"

#include <utility>

#include <boost/asio/post.hpp>

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
  std::unique_ptr<k8swatch::LastGoodSource> last_good;
  if (!flags.snapshot_dir.empty()) {
    last_good = make_last_good(io, flags, *next);
    last_good_ = last_good.get();
    next = last_good_;
  }
  auto api = std::make_unique<k8swatch::ApiSource>(api_source_options(flags), cluster_->transport(), *next);
  api_ = api.get();
  if (last_good) {
    last_good->set_inner(std::move(api));
    source_ = std::move(last_good);
  } else {
    source_ = std::move(api);
  }
}

ObjectFeed::~ObjectFeed() {
  if (last_good_ == nullptr) return;
  if (auto content = last_good_->unwritten()) snapshot_writer_->write(*std::move(content));
}

std::unique_ptr<k8swatch::LastGoodSource> ObjectFeed::make_last_good(boost::asio::io_context& io,
                                                                     const Flags& flags,
                                                                     k8swatch::ObjectSink& next) {
  const std::filesystem::path folder = flags.snapshot_dir;
  snapshot_writer_ = std::make_unique<SnapshotWriter>(folder, [this, &io](Result<void> written) {
    boost::asio::post(
        io, [this, written = std::move(written)] { last_good_->note_written(written, Clock::now()); });
  });
  k8swatch::LastGoodSource::Disk disk;
  disk.read = [folder, options = decode_options(flags)] { return read_snapshot(folder, options); };
  disk.write = [this](k8swatch::SnapshotContent content) { snapshot_writer_->write(std::move(content)); };
  return std::make_unique<k8swatch::LastGoodSource>(std::move(disk), next);
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
