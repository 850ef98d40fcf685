// The counters of one Worker. Written by its thread only (except where said), read by the scrape on another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/reject_reason.h"
#include "observe/access_record.h"
#include "observe/counter.h"
#include "observe/tls_stats.h"

namespace headgate::observe {

class RouteSeriesTable;

struct WorkerStats {
  WorkerStats();
  ~WorkerStats();
  WorkerStats(const WorkerStats&) = delete;
  WorkerStats& operator=(const WorkerStats&) = delete;

  // Connections.
  Counter connections_accepted;
  Counter connections_handled;
  Counter accept_errors;  // EMFILE and the like
  Gauge connections_active;
  Gauge connections_reading;  // reading a request head or body
  Gauge connections_writing;  // an Exchange is being answered
  Gauge connections_waiting;  // idle keep-alive
  Gauge tunnels;
  Counter untrusted_proxy_headers;  // PROXY headers of peers that are not believed
  // TLS connections handed to pods unopened. Bytes are counted when a connection ends.
  Gauge passthrough_active;
  Counter passthrough_connections;
  Counter passthrough_sent_bytes;      // to clients
  Counter passthrough_received_bytes;  // from clients
  Counter h2_connections;  // that speak HTTP/2
  Counter h2_streams;      // requests on them
  // Requests.
  Counter requests;
  std::array<Counter, kRejectReasonCount> rejected;
  // Upstream.
  Counter upstream_connects;
  Counter upstream_connect_errors;
  Counter upstream_reuses;
  Counter upstream_retries;
  Gauge upstream_connections_active;
  Gauge upstream_connections_idle;
  TlsStats tls;
  // Snapshots.
  Counter adopted_tables;
  Counter adopted_endpoint_sets;

  // Per-route series (requests, duration, sizes; the R labels of ingress-nginx's metrics). Created at the
  // first request of a (route, method, status); allocation-free afterwards.
  std::unique_ptr<RouteSeriesTable> routes;
};

}  // namespace headgate::observe
