// Everything Headgate writes to the API server, put together: the leader election, and what the leader does,
// the status of Ingresses and Events.
#pragma once

#include <utility>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "k8swatch/address_finder.h"
#include "k8swatch/api_task_runner.h"
#include "k8swatch/controller.h"
#include "k8swatch/event_writer.h"
#include "k8swatch/leader_election.h"
#include "k8swatch/object_observer.h"
#include "k8swatch/replica_check.h"
#include "k8swatch/status_writer.h"

namespace headgate::app {

struct ClusterWriterOptions {
  // --disable-leader-election: false. Then every replica writes Events and none a status, as ingress-nginx.
  bool elect = true;
  k8swatch::LeaderElectionOptions election;
  bool update_status = true;     // --update-status
  bool clear_at_the_end = true;  // --update-status-on-shutdown
  k8swatch::AddressOptions addresses;
  bool sync_events = true;  // --disable-sync-events: false
  k8swatch::EventReporter reporter;
  std::string pod_namespace;
  std::string pod_name;
  // How long the end may take, with a server that does not answer too: asking whether another replica is
  // left, clearing the status (in all, and from one success to the next), and giving the Lease back.
  std::chrono::milliseconds check_patience{4'000};
  std::chrono::milliseconds clearing_patience{30'000};
  std::chrono::milliseconds progress_patience{10'000};
  std::chrono::milliseconds release_patience{2'000};
};

// Owned by the Server; control thread only, but for the facts. Nothing is written before the first table is
// published: what is ours is not known before.
class ClusterWriters final : public k8swatch::ObjectObserver {
 public:
  // Starts with the election at once. Watches `controller`, which like the others must outlive this; but its
  // source must not call it any more when this is destroyed.
  ClusterWriters(boost::asio::io_context& io, k8swatch::ApiTransport& transport,
                 k8swatch::Controller& controller, ClusterWriterOptions options);
  ~ClusterWriters();
  ClusterWriters(const ClusterWriters&) = delete;
  ClusterWriters& operator=(const ClusterWriters&) = delete;

  void on_upsert(const k8swatch::Object& object, bool is_change) override;
  void on_remove(const k8swatch::ObjectKey& key) override;
  // Everything that is wrong now, sorted, each once; whenever that, or whether a table is published, changes.
  void set_findings(std::shared_ptr<const std::vector<k8swatch::Finding>> findings);

  // The end: the last replica clears the status, the leader gives the Lease back. Takes a bounded time.
  void begin_end();
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }

  // Facts for metrics; any thread.
  [[nodiscard]] bool is_leader() const { return holds_lease_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped_events() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  //   writing ──begin_end──> checking ──last one──> clearing ──> releasing ──> over
  //                 └──not the leader, or no status─────────────────^
  enum class Phase : std::uint8_t { writing, checking, clearing, releasing, over };

  void around_turn();
  void update_leadership();
  [[nodiscard]] k8swatch::EventWriter::Role event_role() const;
  [[nodiscard]] bool writes_status() const;
  void go_on_ending();
  void go_on_checking();
  void begin_clearing();
  void go_on_clearing();
  void limit_clearing();
  void release();
  void end();
  void limit(TimePoint until, std::function<void()> then);

  k8swatch::Controller& controller_;
  ClusterWriterOptions options_;
  k8swatch::LeaderElection election_;
  k8swatch::AddressFinder finder_;
  k8swatch::ReplicaCheck check_;
  k8swatch::StatusWriter status_;
  k8swatch::EventWriter events_;
  k8swatch::ApiTaskRunner election_runner_;
  k8swatch::ApiTaskRunner finder_runner_;
  k8swatch::ApiTaskRunner check_runner_;
  k8swatch::ApiTaskRunner status_runner_;
  k8swatch::ApiTaskRunner event_runner_;
  boost::asio::steady_timer patience_;
  Phase phase_ = Phase::writing;
  TimePoint clearing_end_;
  std::uint64_t writes_seen_ = 0;  // while clearing
  bool leads_ = false;             // holds the Lease, if there is an election, and a table is published
  std::shared_ptr<const std::vector<k8swatch::Finding>> findings_;  // null: none yet
  std::atomic<bool> holds_lease_ = false;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace headgate::app
