// The data plane as the application sees it: N Workers, each a thread with its own listeners, pools and
// counters. Every public function may be called from the control thread only, unless it says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "observe/access_log_sinks.h"
#include "observe/health_series.h"
#include "observe/span_queue.h"
#include "observe/worker_stats.h"
#include "proxy/listen_addresses.h"
#include "router/publication.h"

namespace headgate::proxy {

class HealthKeeper;
class PasswordChecker;
class ContentSpool;
class Worker;

// What is the same from start to end; what the ConfigMap says is in router::ListenerSettings.
struct DataPlaneConfig {
  ListenAddresses listen;  // one listener for each Worker and address; see DataPlane::listen_on()
  unsigned workers = 1;
  std::chrono::milliseconds client_send_timeout{60000};  // a client that takes no byte of its answer
  std::shared_ptr<PasswordChecker> passwords;            // of the DataPlane, which makes it
  std::string request_buffer_dir;  // for contents that are buffered; empty: $TMPDIR or /tmp
  std::uint64_t request_buffer_memory = std::uint64_t{64} << 20;  // bytes of all of them together, in memory
  std::uint64_t request_buffer_disk = std::uint64_t{1} << 30;     // and in files
  std::shared_ptr<ContentSpool> content_spool;                    // of the DataPlane, which makes it
};

class DataPlane {
 public:
  // Everything captured by `retire` must outlive the DataPlane. `retire` is called on Worker threads with
  // tables and sinks no longer used, to have them destroyed elsewhere (the control thread).
  DataPlane(DataPlaneConfig config, const observe::AccessLogSinks& access_log,
            std::function<void(std::shared_ptr<const void>)> retire);
  ~DataPlane();
  DataPlane(const DataPlane&) = delete;
  DataPlane& operator=(const DataPlane&) = delete;

  // Opens every listener; fails with a message naming the address and the reason. No connection is accepted
  // before start().
  Result<void> bind();
  // Starts the Worker threads. They accept at once; before the first table every answer is the built-in 404
  // page of a table without hosts, so publish() first.
  void start();
  // Listens at `wanted` from now on, and nowhere else; returns why some of them cannot be listened at, which
  // are left out. Where no other one remains for HTTP, or for HTTPS if it is wanted, all stays as it was.
  std::vector<Error> listen_on(const ListenAddresses& wanted);
  [[nodiscard]] const ListenAddresses& listens_on() const { return listens_on_; }
  // Lines of the access log go there from now on.
  void set_log_sinks(const observe::AccessLogSinks& sinks);

  // Hands a snapshot to every Worker. Returns at once; see adopted_generation().
  void publish(const std::shared_ptr<const router::Publication>& publication);
  // The newest Publication that every Worker has adopted; 0 before the first. Any thread.
  [[nodiscard]] std::uint64_t adopted_generation() const;
  // Called on a Worker thread each time a Worker has adopted a generation. Set before start().
  void on_adopted(std::function<void()> callback);

  // Called on a Worker thread when spans should be taken soon. Set before start().
  void on_spans(std::function<void()> callback);
  // Of each Worker, for the control thread to take from; valid for the life of the DataPlane.
  [[nodiscard]] std::vector<observe::SpanQueue*> span_queues();

  // Stops accepting, answers with Connection: close, lets running Exchanges and tunnels end. Any connection
  // left at `deadline` from now is closed. Returns at once; drained() tells when the last connection is gone
  // (any thread).
  void begin_drain(std::chrono::milliseconds deadline);
  [[nodiscard]] bool drained() const;
  // Closes everything and joins the threads.
  void stop();

  // The health of the endpoints of every Cluster that asks for it, for people and for metrics. Any thread.
  [[nodiscard]] std::string health_page() const;
  [[nodiscard]] std::vector<observe::HealthSeries> health_series() const;

  // One for each Worker, in order; valid for the life of the DataPlane. Readable from any thread.
  [[nodiscard]] std::vector<const observe::WorkerStats*> stats() const;

 private:
  DataPlaneConfig config_;
  ListenAddresses listens_on_;
  std::function<void(std::shared_ptr<const void>)> retire_;
  std::function<void()> on_adopted_;
  std::function<void()> on_spans_;
  std::unique_ptr<HealthKeeper> health_;  // outlives the Workers
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace headgate::proxy
