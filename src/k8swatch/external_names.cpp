#include "k8swatch/external_names.h"

#include <algorithm>
#include <utility>

namespace headgate::k8swatch {

using Outcome = NameAnswer::Outcome;

ExternalNames::ExternalNames(NameResolver* resolver, std::function<TimePoint()> now,
                             std::function<void()> changed, NameTimes times)
    : resolver_(resolver), now_(std::move(now)), changed_(std::move(changed)), times_(times) {}

ExternalNames::~ExternalNames() = default;

void ExternalNames::acquire(const std::string& name) {
  Entry& entry = entries_[name];
  if (entry.uses++ != 0) return;
  entry.serial = ++last_serial_;
  look_up(name, entry);
}

void ExternalNames::release(const std::string& name) {
  const auto at = entries_.find(name);
  if (--at->second.uses != 0) return;
  if (at->second.due) schedule_.erase({*at->second.due, name});
  changes_.erase(name);
  entries_.erase(at);
}

const NameState& ExternalNames::state(std::string_view name) const {
  return entries_.find(name)->second.state;
}

void ExternalNames::look_up(const std::string& name, Entry& entry) {
  entry.due.reset();
  if (resolver_ == nullptr) return;
  resolver_->resolve(name, [this, name, serial = entry.serial,
                            alive = std::weak_ptr<const bool>(alive_)](NameAnswer answer) {
    if (!alive.expired()) take(name, serial, std::move(answer));
  });
}

void ExternalNames::take(const std::string& name, std::uint64_t serial, NameAnswer answer) {
  const auto at = entries_.find(name);
  if (at == entries_.end() || at->second.serial != serial) return;  // no longer in use, or used anew
  Entry& entry = at->second;
  NameState& state = entry.state;

  std::chrono::seconds wait{};
  NameState fresh{true, std::move(answer.addresses), std::move(answer.error)};
  if (answer.outcome == Outcome::found) {
    fresh.error.clear();
    entry.retry = std::chrono::seconds(0);
    wait = std::clamp(answer.ttl, times_.least_ttl, times_.most_ttl);
  } else {
    // That there is no such name is an answer, which ends the old one.
    fresh.addresses = answer.outcome == Outcome::failed ? state.addresses : std::vector<SocketAddress>();
    entry.retry =
        entry.retry.count() == 0 ? times_.first_retry : std::min(entry.retry * 2, times_.most_retry);
    wait = entry.retry;
  }
  entry.due = now_() + wait;
  schedule_.emplace(*entry.due, name);

  if (state.answered && state.addresses == fresh.addresses && state.error == fresh.error) return;
  state = std::move(fresh);
  changes_.insert(name);
  changed_();
}

std::optional<TimePoint> ExternalNames::deadline() const {
  if (schedule_.empty()) return std::nullopt;
  return schedule_.begin()->first;
}

void ExternalNames::run_due(TimePoint now) {
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    const std::string name = schedule_.begin()->second;
    schedule_.erase(schedule_.begin());
    look_up(name, entries_.find(name)->second);
  }
}

}  // namespace headgate::k8swatch
