// Where the server's objects come from, built from the flags: a folder of manifests, or the API server with
// what stands between it and the Controller.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "app/cluster_connection.h"
#include "app/flags.h"
#include "app/snapshot_writer.h"
#include "k8swatch/api_source.h"
#include "k8swatch/last_good_source.h"
#include "k8swatch/namespace_selection.h"
#include "k8swatch/object_source.h"
#include "observe/watch_series.h"

namespace headgate::app {

// Owned by the Server; control thread only.
class ObjectFeed {
 public:
  // `cluster`: where the API server is; nothing: the manifests of the flags. `sink` must outlive this.
  ObjectFeed(boost::asio::io_context& io, const Flags& flags, std::optional<k8swatch::ApiTarget> cluster,
             k8swatch::ObjectSink& sink);
  // Writes the last snapshot, where there are snapshots.
  ~ObjectFeed();
  ObjectFeed(const ObjectFeed&) = delete;
  ObjectFeed& operator=(const ObjectFeed&) = delete;

  [[nodiscard]] k8swatch::ObjectSource& source() { return *source_; }
  // Null without an API server.
  [[nodiscard]] ClusterConnection* cluster() { return cluster_.get(); }
  [[nodiscard]] std::vector<observe::WatchSeries> watches() const;

 private:
  std::unique_ptr<k8swatch::LastGoodSource> make_last_good(boost::asio::io_context& io, const Flags& flags,
                                                           k8swatch::ObjectSink& next);

  std::unique_ptr<ClusterConnection> cluster_;
  std::unique_ptr<k8swatch::NamespaceSelection> selection_;  // null without --watch-namespace-selector
  std::unique_ptr<SnapshotWriter> snapshot_writer_;          // null without --snapshot-dir
  std::unique_ptr<k8swatch::ObjectSource> source_;
  const k8swatch::ApiSource* api_ = nullptr;       // source_ or in it; null without an API server
  k8swatch::LastGoodSource* last_good_ = nullptr;  // source_, where it is one
};

}  // namespace headgate::app
