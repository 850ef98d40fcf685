#include "k8swatch/leader_election.h"

#include <algorithm>
#include <utility>

#include "base/json_string.h"
#include "base/log.h"
#include "k8swatch/api_answer.h"
#include "k8swatch/micro_time.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

constexpr double kJitterFactor = 1.2;  // of client-go, for candidates
// A renewal is noticed within a tenth of the Lease's time, so that a dead leader is followed by that much
// later than its last renewal ran out. What is asked for is one small object.
constexpr int kLooksPerLease = 10;
constexpr double kLookSpread = 0.1;  // a look comes sooner by up to that part, so that candidates spread
constexpr int kExpirySpread = 50;    // the look at the end of a Lease comes later by up to that part of it,
constexpr auto kMostExpirySpread = 100ms;  // but no more than this
constexpr int kMostReleaseTries = 3;       // the Lease runs out by itself
constexpr auto kReleaseRetry = 500ms;

const std::string& body_of(const ApiOutcome& outcome) { return std::get<ApiResponse>(outcome).body; }

}  // namespace

LeaderElectionOptions with_ttl(LeaderElectionOptions options, std::chrono::seconds ttl) {
  options.lease_duration = ttl;
  options.renew_deadline = Duration(ttl) / 2;
  options.retry_period = Duration(ttl) / 4;
  return options;
}

LeaderElection::LeaderElection(LeaderElectionOptions options, std::function<double()> random)
    : options_(std::move(options)), random_(std::move(random)) {}

std::optional<TimePoint> LeaderElection::deadline() const {
  if (step_ == Step::over) return std::nullopt;
  if (step_ != Step::idle) return leads_until_;
  return leads_until_ ? std::min(*leads_until_, next_at_) : next_at_;
}

std::optional<ApiRequest> LeaderElection::next_request(const Moment& now) {
  if (leads_until_ && now.at >= *leads_until_) stop_leading("it could not be renewed in time");
  if (step_ != Step::idle || now.at < next_at_) return std::nullopt;
  step_ = next_ == Step::renewing && !is_leader(now.at) ? Step::reading : next_;
  sent_at_ = now.at;
  return request(now);
}

ApiRequest LeaderElection::request(const Moment& now) {
  ApiRequest request;
  request.target = "/apis/coordination.k8s.io/v1/namespaces/" + options_.namespace_name + "/leases";
  if (step_ == Step::creating) {
    request.method = "POST";
  } else {
    request.method = step_ == Step::reading ? "GET" : "PUT";
    request.target += "/" + options_.lease_name;
  }
  if (step_ != Step::reading) {
    request.content_type = "application/json";
    request.body = lease_of_mine(now);
  }
  // An answer that comes later than the next try is due is of no use.
  request.idle_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(options_.retry_period);
  request.lane = "lease";
  return request;
}

// The Lease as this step wants it.
std::string LeaderElection::lease_of_mine(const Moment& now) const {
  LeaseSpec spec;
  spec.holder = options_.identity;
  spec.duration = options_.lease_duration;
  spec.acquire_time = micro_time(now.wall);
  spec.renew_time = now.wall;
  if (step_ == Step::creating)
    return lease_text(R"({"name":)" + json_string(options_.lease_name) + R"(,"namespace":)" +
                          json_string(options_.namespace_name) + "}",
                      spec);
  spec.transitions = lease_->transitions;
  if (step_ == Step::giving_back) {
    spec.holder.clear();
    spec.duration = 1s;  // 0 is refused
  } else if (!is_mine()) {
    spec.transitions = std::min(spec.transitions + 1, kMostTransitions);
  } else if (!lease_->acquire_time.empty()) {
    spec.acquire_time = lease_->acquire_time;
  }
  return lease_text(lease_->metadata_json, spec);
}

void LeaderElection::on_answer(const ApiOutcome& outcome, const Moment& now) {
  const Step step = std::exchange(step_, Step::idle);
  switch (step) {
    case Step::reading:
      on_read(outcome, now);
      return;
    case Step::creating:
    case Step::writing:
    case Step::renewing:
      on_written(step, outcome, now);
      return;
    case Step::giving_back:
      on_given_back(outcome, now);
      return;
    case Step::idle:
    case Step::over:
      step_ = step;
      return;
  }
}

// See who has it, and whether to take it.
void LeaderElection::on_read(const ApiOutcome& outcome, const Moment& now) {
  const int status = status_of(outcome);
  if (status == 404) {
    lease_.reset();
    may_be_mine_ = false;
    stop_leading("the Lease is gone");
    if (is_releasing_) {
      step_ = Step::over;
      return;
    }
    plan(Step::creating, now.at);
    return;
  }
  if (!is_success(status)) {
    note_failure("cannot read the Lease: " + describe_failure(outcome));
    try_again(now.at);
    return;
  }
  if (const Result<void> read = note(body_of(outcome), now.at); !read) {
    note_failure(read.error().message);
    try_again(now.at);
    return;
  }
  may_be_mine_ = false;
  if (!is_mine()) stop_leading("another has taken the Lease");
  if (is_releasing_) {
    if (is_mine())
      plan(Step::giving_back, now.at);
    else
      step_ = Step::over;
    return;
  }
  if (is_held_by_another(now.at)) {
    last_failure_.clear();
    look_again(now.at);
    return;
  }
  plan(Step::writing, now.at);
}

void LeaderElection::on_written(Step step, const ApiOutcome& outcome, const Moment& now) {
  const int status = status_of(outcome);
  Result<void> written;
  if (!is_success(status)) {
    // Somebody else was quicker: the normal course of an election.
    if (status != 409) note_failure("cannot write the Lease: " + describe_failure(outcome));
    may_be_mine_ = may_be_mine_ || is_passing(status);
  } else if (written = note(body_of(outcome), now.at); !written) {
    note_failure(written.error().message);
    may_be_mine_ = true;
  } else if (is_mine()) {
    last_failure_.clear();
    may_be_mine_ = false;
    if (is_releasing_) {
      plan(Step::giving_back, now.at);
      return;
    }
    // From the moment of sending: no follower can have seen this write sooner.
    lead(sent_at_ + options_.retry_period + options_.renew_deadline, now.at);
    plan(Step::renewing, sent_at_ + options_.retry_period);
    return;
  }
  if (is_releasing_ || step == Step::renewing)
    plan(Step::reading, now.at);
  else if (status == 409)
    look_again(now.at);
  else
    try_again(now.at);
}

void LeaderElection::on_given_back(const ApiOutcome& outcome, const Moment& now) {
  const int status = status_of(outcome);
  if (is_success(status)) {
    log::info("leader election: gave the Lease " + name() + " back");
    step_ = Step::over;
    return;
  }
  const bool again = status == 409 || is_passing(status);
  if (!again || ++release_tries_ >= kMostReleaseTries) {
    log::warning("leader election: cannot give the Lease " + name() +
                 " back, the next leader waits for its end: " + describe_failure(outcome));
    step_ = Step::over;
    return;
  }
  plan(Step::reading, status == 409 ? now.at : now.at + kReleaseRetry);
}

void LeaderElection::release(TimePoint now) {
  if (std::exchange(is_releasing_, true)) return;
  stop_leading("this replica ends");
  if (step_ != Step::idle) return;  // its answer decides
  if (is_mine())
    plan(Step::giving_back, now);
  else if (may_be_mine_)
    plan(Step::reading, now);
  else
    step_ = Step::over;
}

Result<void> LeaderElection::note(const std::string& text, TimePoint now) {
  Result<Lease> lease = read_lease(text);
  if (!lease) return fail(lease.error().message);
  if (!lease_ || lease_->spec_json != lease->spec_json) seen_at_ = now;
  lease_ = *std::move(lease);
  if (holder_ != lease_->holder) {
    holder_ = lease_->holder;
    if (!holder_.empty() && !is_mine()) log::info("leader election: '" + holder_ + "' leads");
  }
  return {};
}

bool LeaderElection::is_held_by_another(TimePoint now) const {
  return lease_ && !lease_->holder.empty() && !is_mine() && now < runs_out_at();
}

TimePoint LeaderElection::runs_out_at() const {
  return seen_at_ + (lease_->duration.count() > 0 ? lease_->duration : options_.lease_duration);
}

void LeaderElection::note_failure(const std::string& what) {
  if (what == last_failure_) return;
  last_failure_ = what;
  log::warning("leader election, Lease " + name() + ": " + what);
}

void LeaderElection::plan(Step next, TimePoint when) {
  next_ = next;
  next_at_ = when;
}

// A part of `time`, other each time.
Duration LeaderElection::part_of(Duration time, double most) {
  return std::chrono::duration_cast<Duration>(time * (most * random_()));
}

// Never later than soon after the end of the Lease another holds.
void LeaderElection::plan_look(TimePoint now, Duration wait) {
  TimePoint when = now + wait;
  if (is_held_by_another(now)) {
    const Duration spread =
        std::min<Duration>(Duration(options_.lease_duration) / kExpirySpread, kMostExpirySpread);
    when = std::min(when, runs_out_at() + part_of(spread, 1));
  }
  plan(Step::reading, when);
}

// Another holds the Lease, or has just been quicker to take it.
void LeaderElection::look_again(TimePoint now) {
  const Duration wait = Duration(options_.lease_duration) / kLooksPerLease;
  plan_look(now, wait - part_of(wait, kLookSpread));
}

// After a failure. A leader tries as often as it renews; candidates not in step.
void LeaderElection::try_again(TimePoint now) {
  if (is_releasing_ && ++release_tries_ >= kMostReleaseTries) {
    step_ = Step::over;
    return;
  }
  Duration wait = is_releasing_ ? Duration(kReleaseRetry) : options_.retry_period;
  if (!is_releasing_ && !is_leader(now)) wait += part_of(options_.retry_period, kJitterFactor);
  plan_look(now, wait);
}

void LeaderElection::lead(TimePoint until, TimePoint now) {
  if (until <= now) return;  // the answer took too long
  if (!leads_until_) log::info("leader election: this replica leads (Lease " + name() + ")");
  leads_until_ = until;
}

void LeaderElection::stop_leading(const std::string& why) {
  if (!leads_until_) return;
  leads_until_.reset();
  log::info("leader election: this replica no longer leads: " + why);
}

}  // namespace headgate::k8swatch
