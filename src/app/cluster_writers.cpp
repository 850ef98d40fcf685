#include "app/cluster_writers.h"

#include <algorithm>
#include <memory>
#include <random>
#include <variant>

#include "base/log.h"

namespace headgate::app {
namespace {

using k8swatch::EventWriter;
using k8swatch::Kind;
using k8swatch::Moment;
using k8swatch::moment_now;

std::function<double()> random_numbers() {
  auto generator = std::make_shared<std::mt19937_64>(std::random_device{}());
  return [generator] { return std::uniform_real_distribution<double>(0, 1)(*generator); };
}

}  // namespace

ClusterWriters::ClusterWriters(boost::asio::io_context& io, k8swatch::ApiTransport& transport,
                               k8swatch::Controller& controller, ClusterWriterOptions options)
    : controller_(controller),
      options_(std::move(options)),
      election_(options_.election, random_numbers()),
      finder_(options_.addresses),
      check_(options_.pod_namespace, options_.pod_name),
      status_([this](const std::string& key) { return controller_.serves(key); },
              options_.addresses.interval),
      events_(options_.reporter,
              {[this](const k8swatch::ObjectKey& key) { return controller_.find_metadata(key); },
               [this](const k8swatch::ObjectKey& key) {
                 return controller_.serves(k8swatch::name_key(key.namespace_name, key.name));
               }}),
      election_runner_(io, transport, election_, [this] { around_turn(); }),
      finder_runner_(io, transport, finder_, [this] { around_turn(); }),
      check_runner_(io, transport, check_, [this] { around_turn(); }),
      status_runner_(io, transport, status_, [this] { around_turn(); }),
      event_runner_(io, transport, events_, [this] { around_turn(); }),
      patience_(io) {
  controller_.set_observer(this);
  if (options_.elect) election_runner_.look();
}

ClusterWriters::~ClusterWriters() { controller_.set_observer(nullptr); }

void ClusterWriters::on_upsert(const k8swatch::Object& object, bool is_change) {
  const k8swatch::ObjectKey key = key_of(object);
  switch (key.kind) {
    case Kind::ingress:
      if (options_.update_status) {
        status_.on_upsert(*std::get<std::shared_ptr<const k8swatch::Ingress>>(object));
        status_runner_.look();
      }
      if (is_change && options_.sync_events) {
        events_.on_ingress_change(key, moment_now());
        event_runner_.look();
      }
      return;
    case Kind::ingress_class:
    case Kind::config_map:
      if (key.kind == Kind::config_map && !is_change) return;
      // They say which Ingresses are ours, and what is let in.
      status_.look_at_all();
      status_runner_.look();
      return;
    case Kind::service:
      if (writes_status() &&
          k8swatch::name_key(key.namespace_name, key.name) == options_.addresses.publish_service) {
        finder_.look(Clock::now());
        finder_runner_.look();
      }
      return;
    case Kind::endpoint_slice:
    case Kind::secret:
    case Kind::namespace_:
      return;
  }
}

void ClusterWriters::on_remove(const k8swatch::ObjectKey& key) {
  if (key.kind == Kind::ingress) status_.on_remove(k8swatch::name_key(key.namespace_name, key.name));
  if (key.kind == Kind::config_map) {
    status_.look_at_all();
    status_runner_.look();
  }
}

void ClusterWriters::set_findings(std::shared_ptr<const std::vector<k8swatch::Finding>> findings) {
  findings_ = std::move(findings);
  update_leadership();
  events_.set_findings(*findings_, moment_now());
  event_runner_.look();
}

void ClusterWriters::around_turn() {
  update_leadership();
  if (writes_status() && finder_.addresses() && status_.set_addresses(*finder_.addresses()))
    status_runner_.look();
  dropped_.store(events_.dropped(), std::memory_order_relaxed);
  go_on_ending();
}

bool ClusterWriters::writes_status() const {
  return leads_ && options_.elect && options_.update_status && phase_ == Phase::writing;
}

void ClusterWriters::update_leadership() {
  const Moment now = moment_now();
  const bool holds_lease = options_.elect && election_.is_leader(now.at);
  holds_lease_.store(holds_lease, std::memory_order_relaxed);
  const bool leads = (holds_lease || !options_.elect) && controller_.publications() > 0;
  if (std::exchange(leads_, leads) != leads) {
    status_.set_leader(leads && options_.elect && options_.update_status);
    if (writes_status())
      finder_.look(now.at);
    else
      finder_.rest();
    status_runner_.look();
    finder_runner_.look();
  }
  const EventWriter::Role role = event_role();
  if (role == events_.role()) return;
  events_.set_role(role);
  if (findings_ != nullptr) events_.set_findings(*findings_, now);
  event_runner_.look();
}

EventWriter::Role ClusterWriters::event_role() const {
  if (phase_ != Phase::writing) return EventWriter::Role::follower;
  if (leads_) return EventWriter::Role::leader;
  if (events_.role() != EventWriter::Role::undecided) return EventWriter::Role::follower;
  const std::string& holder = election_.holder();
  return holder.empty() || holder == options_.election.identity ? EventWriter::Role::undecided
                                                                : EventWriter::Role::follower;
}

void ClusterWriters::begin_end() {
  if (phase_ != Phase::writing) return;
  const bool may_clear = writes_status() && options_.clear_at_the_end;
  phase_ = Phase::checking;
  update_leadership();
  finder_.rest();
  if (!may_clear) {
    release();
    return;
  }
  limit(Clock::now() + options_.check_patience, [this] {
    log::warning(
        "status of Ingresses: stays, the API server does not say in time whether another replica is left");
    release();
  });
  check_.start(Clock::now());
  check_runner_.look();
}

void ClusterWriters::go_on_ending() {
  switch (phase_) {
    case Phase::checking:
      go_on_checking();
      return;
    case Phase::clearing:
      go_on_clearing();
      return;
    case Phase::releasing:
      if (election_.is_over()) end();
      return;
    case Phase::writing:
    case Phase::over:
      return;
  }
}

void ClusterWriters::go_on_checking() {
  using Outcome = k8swatch::ReplicaCheck::Outcome;
  if (!leads_) {
    log::warning("status of Ingresses: stays, this is not the leader any more");
    release();
    return;
  }
  if (!check_.outcome()) return;
  switch (*check_.outcome()) {
    case Outcome::last:
      begin_clearing();
      return;
    case Outcome::another_left:
      log::info("status of Ingresses: stays, another replica is left");
      break;
    case Outcome::unknown:
      log::warning("status of Ingresses: stays, it is not known whether another replica is left: " +
                   check_.reason());
      break;
  }
  release();
}

void ClusterWriters::begin_clearing() {
  log::info("status of Ingresses: clearing it, this is the last replica");
  phase_ = Phase::clearing;
  clearing_end_ = Clock::now() + options_.clearing_patience;
  writes_seen_ = status_.writes();
  limit_clearing();
  status_.clear();
  status_runner_.look();
}

void ClusterWriters::go_on_clearing() {
  if (status_.is_idle()) {
    release();
  } else if (std::exchange(writes_seen_, status_.writes()) != status_.writes()) {
    limit_clearing();
  }
}

void ClusterWriters::limit_clearing() {
  limit(std::min(clearing_end_, Clock::now() + options_.progress_patience), [this] {
    log::warning("status of Ingresses: no time left to clear it, " + std::to_string(status_.waiting()) +
                 " are left");
    release();
  });
}

void ClusterWriters::release() {
  phase_ = Phase::releasing;
  if (!options_.elect) {
    end();
    return;
  }
  limit(Clock::now() + options_.release_patience, [this] {
    log::warning("leader election: no time left to give the Lease back");
    end();
  });
  election_.release(Clock::now());
  update_leadership();
  election_runner_.look();
}

void ClusterWriters::end() {
  phase_ = Phase::over;
  patience_.cancel();
  for (k8swatch::ApiTaskRunner* runner :
       {&election_runner_, &finder_runner_, &check_runner_, &status_runner_, &event_runner_})
    runner->stop();
}

void ClusterWriters::limit(TimePoint until, std::function<void()> then) {
  patience_.expires_at(until);
  patience_.async_wait([then = std::move(then)](const boost::system::error_code& error) {
    if (!error) then();
  });
}

}  // namespace headgate::app
