// The data plane as the application sees it: N Workers, each a thread with its own listeners, pools and
// counters. Every public function may be called from the control thread only, unless it says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/socket_address.h"
#include "observe/access_log.h"
#include "observe/worker_stats.h"
#include "router/publication.h"

namespace headgate::proxy {

class Worker;

// Numbers of ingress-nginx (its ConfigMap keys in brackets) unless said otherwise.
struct DataPlaneConfig {
  std::vector<SocketAddress> http_addresses;   // one listener for each Worker and address
  std::vector<SocketAddress> https_addresses;  // the same, over TLS
  unsigned workers = 1;
  std::chrono::milliseconds keep_alive{75000};  // [keep-alive]
  std::uint32_t keep_alive_requests = 1000;     // [keep-alive-requests]
  std::chrono::milliseconds client_header_timeout{
      60000};  // [client-header-timeout], whole head from its first byte
  std::chrono::milliseconds client_body_timeout{60000};  // [client-body-timeout], between two reads
  std::chrono::milliseconds client_send_timeout{60000};  // a client that takes no byte of its answer
  std::uint32_t upstream_keepalive_connections =
      320;  // idle ones, for each Worker [upstream-keepalive-connections]
  std::chrono::milliseconds upstream_keepalive_timeout{60000};
  std::chrono::milliseconds upstream_keepalive_time{3600000};
  std::uint32_t upstream_keepalive_requests = 10000;
};

class DataPlane {
 public:
  // `access_log` and everything captured by `retire` must outlive the DataPlane. `retire` is called on Worker
  // threads with tables no longer used, to have them destroyed elsewhere (the control thread).
  DataPlane(DataPlaneConfig config, observe::AccessLogSink& access_log,
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
  // Hands a snapshot to every Worker. Returns at once; see adopted_generation().
  void publish(const std::shared_ptr<const router::Publication>& publication);
  // The newest Publication that every Worker has adopted; 0 before the first. Any thread.
  [[nodiscard]] std::uint64_t adopted_generation() const;
  // Called on a Worker thread each time a Worker has adopted a generation. Set before start().
  void on_adopted(std::function<void()> callback);

  // Stops accepting, answers with Connection: close, lets running Exchanges and tunnels end. Any connection
  // left at `deadline` from now is closed. Returns at once; drained() tells when the last connection is gone
  // (any thread).
  void begin_drain(std::chrono::milliseconds deadline);
  [[nodiscard]] bool drained() const;
  // Closes everything and joins the threads.
  void stop();

  // One for each Worker, in order; valid for the life of the DataPlane. Readable from any thread.
  [[nodiscard]] std::vector<const observe::WorkerStats*> stats() const;

 private:
  DataPlaneConfig config_;
  observe::AccessLogSink& access_log_;
  std::function<void(std::shared_ptr<const void>)> retire_;
  std::function<void()> on_adopted_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace headgate::proxy
