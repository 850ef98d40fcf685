// One thread of the data plane: an io_context, its epoll set, its listeners, connections, pools and counters.
// Shares nothing with other Workers; what comes from outside comes through post().
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "observe/access_log.h"
#include "observe/span_queue.h"
#include "observe/worker_stats.h"
#include "proxy/acceptor.h"
#include "proxy/data_plane.h"
#include "proxy/health_keeper.h"
#include "router/publication.h"

namespace headgate::proxy {

class Worker {
 public:
  // All references outlive the Worker. `index`: which of the Workers it is.
  Worker(const DataPlaneConfig& config, unsigned index, observe::AccessLogSinks access_log,
         const std::function<void(std::shared_ptr<const void>)>& retire,
         const std::function<void()>& on_adopted, const std::function<void()>& on_spans);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Before start(), on the control thread.
  Result<void> bind(std::vector<SocketAddress>& addresses, bool over_tls);

  // Starts the thread.
  void start();
  // Closes everything and joins it.
  void stop();

  // Any thread.
  void post_publication(std::shared_ptr<const router::Publication> publication, HealthUpdates health);
  void post_drain(std::chrono::milliseconds deadline);
  // Takes over listeners that are open, and gives up those at `removed`; what their kernel queues hold is
  // served.
  void post_listeners(std::vector<std::unique_ptr<Acceptor>> added, ListenAddresses removed);
  void post_log_sinks(observe::AccessLogSinks sinks);
  [[nodiscard]] std::uint64_t adopted_generation() const;
  [[nodiscard]] bool drained() const;
  [[nodiscard]] const observe::WorkerStats& stats() const;
  // Its spans are for one thread to take.
  [[nodiscard]] observe::SpanQueue& spans();

 private:
  struct State;  // everything the thread owns
  std::unique_ptr<State> state_;
};

}  // namespace headgate::proxy
