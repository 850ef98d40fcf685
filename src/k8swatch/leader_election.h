// Which of several replicas is the leader: the one whose name stands in a Lease and keeps being renewed. The
// algorithm is that of client-go (tools/leaderelection), so that both understand each other's Leases.
//
// Two replicas never lead at the same time, whatever their wall clocks say: a follower counts the Lease's
// duration from the moment it *saw* the Lease change, on its own monotonic clock; the leader counts from the
// moment it *sent* the renewal, and stops sooner than the duration. Leading gates what is written to the API
// server, never the data plane.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "k8swatch/api_task.h"
#include "k8swatch/lease.h"

namespace headgate::k8swatch {

struct LeaderElectionOptions {
  std::string namespace_name;  // of the Lease: the controller's own
  std::string lease_name;      // --election-id
  std::string identity;        // unique for this process: the pod's name and something random
  // --election-ttl and what ingress-nginx makes of it. retry_period + renew_deadline must be less than
  // lease_duration.
  std::chrono::seconds lease_duration{30};
  Duration renew_deadline = std::chrono::milliseconds(15'000);  // renewing may fail for so long
  Duration retry_period = std::chrono::milliseconds(7'500);
};

// As ingress-nginx: renew within half of it, try every quarter.
LeaderElectionOptions with_ttl(LeaderElectionOptions options, std::chrono::seconds ttl);

// Control thread only.
//
//             GET: free or run out, PUT ok                       renewed in time
//   follower ─────────────────────────────> leader <──────────────────────────────┐
//      ^  ^ └ GET: held by another               │ every retry_period: PUT ───────┘
//      │  └──────────────────────────────────────┤ another holds it, or no renewal in time
//      └── (release(): holder "") <── releasing ─┘
class LeaderElection final : public ApiTask {
 public:
  // `random` gives numbers in [0, 1): candidates do not try in step.
  LeaderElection(LeaderElectionOptions options, std::function<double()> random);

  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  std::optional<ApiRequest> next_request(const Moment& now) override;
  void on_answer(const ApiOutcome& outcome, const Moment& now) override;

  [[nodiscard]] bool is_leader(TimePoint now) const { return leads_until_ && now < *leads_until_; }
  // Who stood in the Lease when it was last seen; empty: nobody, or it was not seen yet.
  [[nodiscard]] const std::string& holder() const { return holder_; }

  // Stops leading at once and gives the Lease back, so that the next leader need not wait for its end.
  void release(TimePoint now);
  // After release(): there is nothing more to do, the Lease is given back or that has failed.
  [[nodiscard]] bool is_over() const { return step_ == Step::over; }

 private:
  enum class Step {
    idle,
    reading,
    creating,
    writing,   // after it was read
    renewing,  // without, as most likely nobody has touched it since
    giving_back,
    over
  };

  ApiRequest request(const Moment& now);
  [[nodiscard]] std::string lease_of_mine(const Moment& now) const;
  void on_read(const ApiOutcome& outcome, const Moment& now);
  void on_written(Step step, const ApiOutcome& outcome, const Moment& now);
  void on_given_back(const ApiOutcome& outcome, const Moment& now);
  Result<void> note(const std::string& text, TimePoint now);
  void note_failure(const std::string& what);
  void plan(Step next, TimePoint when);
  void plan_look(TimePoint now, Duration wait);
  void look_again(TimePoint now);
  void try_again(TimePoint now);
  Duration part_of(Duration time, double most);
  void lead(TimePoint until, TimePoint now);
  void stop_leading(const std::string& why);
  [[nodiscard]] bool is_mine() const { return lease_ && lease_->holder == options_.identity; }
  [[nodiscard]] bool is_held_by_another(TimePoint now) const;
  [[nodiscard]] TimePoint runs_out_at() const;  // where another holds it
  [[nodiscard]] std::string name() const { return options_.namespace_name + "/" + options_.lease_name; }

  LeaderElectionOptions options_;
  std::function<double()> random_;
  Step step_ = Step::idle;      // of the request under way
  Step next_ = Step::reading;   // while idle: what to do
  TimePoint next_at_{};         // and when; the beginning of time: at once
  TimePoint sent_at_{};         // of the request under way
  bool may_be_mine_ = false;    // a write's answer got lost: it may have been done
  std::optional<Lease> lease_;  // as last seen
  TimePoint seen_at_{};         // when its spec was seen to be another one
  std::string holder_;
  std::optional<TimePoint> leads_until_;
  bool is_releasing_ = false;
  int release_tries_ = 0;
  std::string last_failure_;  // has been logged; the same one again is not
};

}  // namespace headgate::k8swatch
