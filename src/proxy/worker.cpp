#include "proxy/worker.h"

#include <algorithm>
#include <ctime>
#include <random>
#include <thread>
#include <utility>

#include "base/log.h"
#include "observe/route_series.h"
#include "proxy/connection_list.h"
#include "proxy/context.h"
#include "proxy/health_checks.h"
#include "proxy/inbound_connection.h"
#include "proxy/inbound_list.h"

namespace headgate::proxy {
namespace {

// Half of a response head: with what is added, it still fits Scratch::kHeadBytes.
constexpr std::size_t kResponseHeadBytes = 32 * 1024;

std::size_t random_offset() { return std::random_device()() & 0xffff; }

}  // namespace

struct Worker::State {
  State(const DataPlaneConfig& worker_config, unsigned index, observe::AccessLogSinks sinks,
        const std::function<void(std::shared_ptr<const void>)>& retire_callback,
        const std::function<void()>& adopted_callback, const std::function<void()>& spans_callback)
      : config(worker_config),
        retire(retire_callback),
        on_adopted(adopted_callback),
        on_spans(spans_callback),
        timers(Clock::now()),
        upstreams(random_offset() + index, index),
        tables(retire_callback),
        access_log(std::move(sinks)),
        spans([this] {
          if (on_spans) on_spans();
        }),
        context{config, loop,         timers, upstreams,   tables,  exchanges, h2_streams,
                stats,  access_log,   spans,  scratch,     date,    random,    {},
                {},     Clock::now(), false,  connections, inbound, {},        {},
                {},     {},           {},     {}},
        checks(context, index, worker_config.workers) {
    context.next_connection = index + 1;
    context.response_limits.line_bytes = kResponseHeadBytes;
    context.response_limits.head_bytes = kResponseHeadBytes;
    context.listeners = std::make_shared<const router::ListenerSettings>();
    upstreams.set_context(context);
    loop.on_wake([this] { read_clocks(); });
    loop.on_tick(TimerWheel::kTick, [this] { tick(); });
  }

  void read_clocks() {
    context.now = Clock::now();
    timespec wall{};
    clock_gettime(CLOCK_REALTIME_COARSE, &wall);
    date.update(wall.tv_sec);
  }

  void run() {
    loop.run_posted();  // the table published before start() is there before the first connection
    read_clocks();
    for (const auto& acceptor : acceptors) acceptor->start(context);
    running = true;
    loop.run();
  }

  void tick() {
    timers.advance(context.now);
    for (const auto& acceptor : acceptors) acceptor->on_tick();
    if (context.draining && context.now >= drain_deadline) connections.close_all();
    access_log.flush();
    note_drained();
  }

  void adopt(const router::Publication& publication, const HealthUpdates& health) {
    upstreams.adopt(publication.clusters, health);
    for (std::size_t i = 0; i < publication.clusters.size(); ++i)
      checks.adopt(publication.clusters[i].slot, upstreams.pool(publication.clusters[i].slot),
                   health.empty() ? nullptr : health[i]);
    if (publication.table) {
      tables.adopt(publication.table);
      stats.adopted_tables.add();
    }
    replace(context.listeners, publication.listeners);
    context.request_limits.line_bytes = context.listeners->max_head_line;
    context.request_limits.head_bytes = context.listeners->max_head;
    replace(context.certificates, publication.certificates);
    replace(context.passthrough, publication.passthrough);
    for (const router::RouteSlot slot : publication.removed_routes) stats.routes->remove(slot);
    adopted.store(publication.generation, std::memory_order_release);
    if (on_adopted) on_adopted();
  }

  // The old one may be big, and this the last to hold it: another thread frees it.
  template <typename T>
  void replace(std::shared_ptr<const T>& current, const std::shared_ptr<const T>& next) {
    if (!next) return;
    if (current) retire(std::move(current));
    current = next;
  }

  void change_listeners(std::vector<std::unique_ptr<Acceptor>>& added, const ListenAddresses& removed) {
    if (context.draining) return;
    const auto has_place_in = [](const std::vector<SocketAddress>& addresses, const Acceptor& acceptor) {
      return std::find(addresses.begin(), addresses.end(), acceptor.address()) != addresses.end();
    };
    std::vector<std::unique_ptr<Acceptor>> kept;
    // New ones first: who listens at an address that two of them cover changes without a gap.
    for (std::unique_ptr<Acceptor>& acceptor : added) {
      if (running) acceptor->start(context);
      kept.push_back(std::move(acceptor));
    }
    for (std::unique_ptr<Acceptor>& acceptor : acceptors) {
      if (!has_place_in(acceptor->is_over_tls() ? removed.https : removed.http, *acceptor)) {
        kept.push_back(std::move(acceptor));
      } else if (running) {
        acceptor->stop();
        loop.destroy_later(std::move(acceptor));
      }
    }
    acceptors = std::move(kept);
  }

  void drain(std::chrono::milliseconds deadline) {
    for (const auto& acceptor : acceptors) acceptor->stop();
    context.draining = true;
    drain_deadline = context.now + deadline;
    connections.drain_all();
    note_drained();
  }

  void note_drained() {
    if (context.draining && connections.empty()) is_drained.store(true, std::memory_order_release);
  }

  void shut_down() {
    for (const auto& acceptor : acceptors) acceptor->stop();
    connections.close_all();
    context.mirrors.close_all();
    checks.close_all();
    upstreams.close_all();
    access_log.flush();
    loop.stop();
  }

  const DataPlaneConfig& config;
  const std::function<void(std::shared_ptr<const void>)>& retire;
  const std::function<void()>& on_adopted;
  const std::function<void()>& on_spans;
  observe::WorkerStats stats;
  TimerWheel timers;  // outlives the loop, whose doomed connections still have timers
  IoLoop loop;
  UpstreamPools upstreams;
  TableHolder tables;
  ExchangePool exchanges;
  H2StreamPool h2_streams;
  observe::AccessLog access_log;
  observe::SpanQueue spans;
  Scratch scratch;
  http::DateCache date;
  Random random;
  ConnectionList connections;
  InboundList inbound;
  WorkerContext context;
  HealthChecks checks;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  bool running = false;  // the thread has begun to accept
  TimePoint drain_deadline;
  std::atomic<std::uint64_t> adopted{0};
  std::atomic<bool> is_drained{false};
  std::thread thread;
};

Worker::Worker(const DataPlaneConfig& config, unsigned index, observe::AccessLogSinks access_log,
               const std::function<void(std::shared_ptr<const void>)>& retire,
               const std::function<void()>& on_adopted, const std::function<void()>& on_spans)
    : state_(std::make_unique<State>(config, index, std::move(access_log), retire, on_adopted, on_spans)) {}

Worker::~Worker() { stop(); }

Result<void> Worker::bind(std::vector<SocketAddress>& addresses, bool over_tls) {
  for (SocketAddress& address : addresses) {
    auto acceptor = std::make_unique<Acceptor>(address, over_tls);
    if (Result<void> opened = acceptor->open(); !opened) return opened;
    address = acceptor->address();
    state_->acceptors.push_back(std::move(acceptor));
  }
  return {};
}

void Worker::start() {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void Worker::stop() {
  if (!state_->thread.joinable()) return;
  state_->loop.post([state = state_.get()] { state->shut_down(); });
  state_->thread.join();
}

void Worker::post_publication(std::shared_ptr<const router::Publication> publication, HealthUpdates health) {
  state_->loop.post([state = state_.get(), publication = std::move(publication), health = std::move(health)] {
    state->adopt(*publication, health);
  });
}

void Worker::post_drain(std::chrono::milliseconds deadline) {
  state_->loop.post([state = state_.get(), deadline] { state->drain(deadline); });
}

void Worker::post_listeners(std::vector<std::unique_ptr<Acceptor>> added, ListenAddresses removed) {
  auto shared = std::make_shared<std::vector<std::unique_ptr<Acceptor>>>(std::move(added));
  state_->loop.post([state = state_.get(), shared = std::move(shared), removed = std::move(removed)] {
    state->change_listeners(*shared, removed);
  });
}

void Worker::post_log_sinks(observe::AccessLogSinks sinks) {
  state_->loop.post([state = state_.get(), sinks = std::move(sinks)] {
    observe::AccessLogSinks old = state->access_log.exchange_sinks(sinks);
    // The last to let go of a sink waits for its thread: not this one.
    state->retire(std::move(old.http));
    state->retire(std::move(old.stream));
  });
}

std::uint64_t Worker::adopted_generation() const { return state_->adopted.load(std::memory_order_acquire); }

bool Worker::drained() const { return state_->is_drained.load(std::memory_order_acquire); }

const observe::WorkerStats& Worker::stats() const { return state_->stats; }

observe::SpanQueue& Worker::spans() { return state_->spans; }

}  // namespace headgate::proxy
