// What every connection and Exchange of one Worker uses. Owned by the Worker; all of it belongs to its
// thread.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "http/date.h"
#include "http/h1_parser.h"
#include "observe/access_log.h"
#include "observe/span_queue.h"
#include "observe/worker_stats.h"
#include "proxy/auth_cache.h"
#include "proxy/data_plane.h"
#include "proxy/exchange_pool.h"
#include "proxy/h2_stream_pool.h"
#include "proxy/io_loop.h"
#include "proxy/mirrors.h"
#include "proxy/random.h"
#include "proxy/scratch.h"
#include "proxy/suspensions.h"
#include "proxy/table_holder.h"
#include "proxy/timer_wheel.h"
#include "proxy/upstream_pools.h"
#include "router/publication.h"

namespace headgate::proxy {

class ConnectionList;
class InboundList;

struct WorkerContext {
  const DataPlaneConfig& config;
  IoLoop& loop;
  TimerWheel& timers;
  UpstreamPools& upstreams;
  TableHolder& tables;
  ExchangePool& exchanges;
  H2StreamPool& h2_streams;
  observe::WorkerStats& stats;
  observe::AccessLog& access_log;
  observe::SpanQueue& spans;
  Scratch& scratch;
  http::DateCache& date;
  Random& random;
  http::HeadLimits request_limits;
  http::HeadLimits response_limits;
  TimePoint now;                // read once for each batch of events
  bool draining = false;        // answer with Connection: close
  ConnectionList& connections;  // every client connection is added
  InboundList& inbound;         // those of which it is not known yet what they speak, too
  // The newest ones adopted; `listeners` is never null, the others are before the first Publication.
  std::shared_ptr<const router::ListenerSettings> listeners;
  std::shared_ptr<const tls::CertificateIndex> certificates;
  std::shared_ptr<const router::PassthroughIndex> passthrough;
  AuthCache auth_cache;
  Mirrors mirrors;
  Suspensions suspensions;            // the Exchanges that wait in their access phase
  std::uint64_t next_connection = 1;  // its number; those of the Workers are in turns
};

}  // namespace headgate::proxy
