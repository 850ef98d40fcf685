#include "k8swatch/event_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "k8swatch/api_answer.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstBackOff = 1s;
constexpr Duration kMostBackOff = 30s;
constexpr Duration kSweepPeriod = 30s;

}  // namespace

EventWriter::EventWriter(EventReporter reporter, EventObjects objects)
    : reporter_(std::move(reporter)), objects_(std::move(objects)) {}

std::optional<TimePoint> EventWriter::deadline() const {
  if (in_flight_ || role_ != Role::leader) return std::nullopt;
  std::optional<TimePoint> next = next_sweep_;
  if (!warnings_.empty() || !syncs_.empty()) {
    const TimePoint look = not_before_.value_or(TimePoint{});
    next = next ? std::min(*next, look) : look;
  }
  return next;
}

void EventWriter::set_role(Role role) {
  if (std::exchange(role_, role) == role || role != Role::follower) return;
  known_.clear();
  untold_.clear();
  warnings_.clear();
  syncs_.clear();
  series_.clear();
  object_buckets_.clear();
  next_sweep_.reset();
}

void EventWriter::set_findings(const std::vector<Finding>& findings, const Moment& now) {
  if (role_ == Role::follower) return;
  std::vector<Finding> appeared;
  std::set_difference(findings.begin(), findings.end(), known_.begin(), known_.end(),
                      std::back_inserter(appeared));
  known_ = findings;
  std::vector<Finding> still_untold;
  std::set_intersection(untold_.begin(), untold_.end(), findings.begin(), findings.end(),
                        std::back_inserter(still_untold));
  untold_ = std::move(still_untold);
  const std::size_t older = untold_.size();
  for (const Finding& finding : appeared) {
    auto event = event_of(finding);
    if (!event || happened(*std::move(event), now)) continue;
    ++dropped_;
    if (!std::exchange(told_drop_, true))
      log::warning("there are more Events than can be written; some are written later");
    untold_.push_back(finding);
  }
  std::inplace_merge(untold_.begin(), untold_.begin() + static_cast<std::ptrdiff_t>(older), untold_.end());
  if (!untold_.empty() && !next_sweep_) next_sweep_ = now.at + kSweepPeriod;
}

void EventWriter::tell_untold(const Moment& now) {
  std::erase_if(untold_,
                [&](const Finding& finding) { return has_room() && happened(*event_of(finding), now); });
}

void EventWriter::on_ingress_change(const ObjectKey& ingress, const Moment& now) {
  if (role_ != Role::follower && !happened(sync_event(ingress), now)) ++dropped_;
}

bool EventWriter::happened(Event event, const Moment& now) {
  auto at = series_.find(event);
  if (at != series_.end() && now.at - at->second.last >= kSilence && !at->second.is_queued &&
      (!in_flight_ || in_flight_->event != event)) {
    series_.erase(at);  // too long ago to be the same matter
    at = series_.end();
  }
  if (at == series_.end()) {
    if (!has_room() || (!event.is_warning && syncs_.size() >= kMostSyncsWaiting) ||
        !has_room_for(event.regarding))
      return false;
    at = series_.emplace(std::move(event), Series{}).first;
  }
  Series& series = at->second;
  ++series.count;
  series.last = now.at;
  series.last_wall = now.wall;
  if (!next_sweep_) next_sweep_ = now.at + kSweepPeriod;
  if (is_due(series, now.at)) queue(at->first, series);
  return true;
}

bool EventWriter::has_room() const {
  return warnings_.size() + syncs_.size() < kMostWaiting && series_.size() < kMostSeries;
}

bool EventWriter::has_room_for(const ObjectKey& object) const {
  Event least;
  least.regarding = object;
  std::size_t count = 0;
  for (auto at = series_.lower_bound(least); at != series_.end() && at->first.regarding == object; ++at)
    if (++count == kMostSeriesOfOne) return false;
  return true;
}

// Whether the API server is to hear of it now: the first time and the first repetition at once, others now
// and then.
bool EventWriter::is_due(const Series& series, TimePoint now) const {
  if (series.count == series.reported) return false;
  return series.reported <= 1 || now - series.reported_at >= kHeartbeat || now - series.last >= kSilence;
}

void EventWriter::queue(const Event& event, Series& series) {
  if (std::exchange(series.is_queued, true)) return;
  (event.is_warning ? warnings_ : syncs_).push_back(event);
}

std::optional<ApiRequest> EventWriter::next_request(const Moment& now) {
  if (in_flight_ || role_ != Role::leader) return std::nullopt;
  if (next_sweep_ && now.at >= *next_sweep_) sweep(now);
  if (not_before_ && now.at < *not_before_) return std::nullopt;
  not_before_.reset();
  while (!warnings_.empty() || !syncs_.empty()) {
    if (bucket_.next() > now.at) {
      not_before_ = bucket_.next();
      return std::nullopt;
    }
    std::deque<Event>& queue = warnings_.empty() ? syncs_ : warnings_;
    const auto at = series_.find(queue.front());
    queue.pop_front();
    if (at == series_.end()) continue;
    at->second.is_queued = false;
    if (auto next = request(at, now)) {
      bucket_.take(now.at);
      return next;
    }
  }
  return std::nullopt;
}

std::optional<ApiRequest> EventWriter::request(SeriesMap::iterator at, const Moment& now) {
  const Event& event = at->first;
  Series& series = at->second;
  if (!event.is_warning && !objects_.serves(event.regarding)) {
    series_.erase(at);  // foreign, or gone
    return std::nullopt;
  }
  const bool is_new = series.reported == 0;
  TokenBucket& bucket =
      object_buckets_.try_emplace(event.regarding, kObjectBurst, kObjectPeriod).first->second;
  if (series.tries == 0 && !bucket.take(now.at)) {
    if (is_new) drop(at);  // else the sweep comes back to it
    return std::nullopt;
  }
  in_flight_ = InFlight{event, is_new ? 1 : series.count};
  ApiRequest request = is_new ? create(event, series, now) : repeat(series);
  const std::string events =
      "/apis/events.k8s.io/v1/namespaces/" + event_namespace(event.regarding) + "/events";
  request.target = is_new ? events : events + "/" + series.name;
  request.lane = "writers";
  return request;
}

ApiRequest EventWriter::create(const Event& event, Series& series, const Moment& now) {
  if (series.name.empty()) {
    last_name_ = std::max(last_name_ + 1, static_cast<std::uint64_t>(now.wall.time_since_epoch().count()));
    series.name = event_name(event.regarding.name, last_name_);
  }
  ApiRequest request;
  request.method = "POST";
  request.content_type = "application/json";
  request.body = event_text(event, objects_.find(event.regarding), reporter_, series.name, now.wall);
  return request;
}

ApiRequest EventWriter::repeat(const Series& series) {
  ApiRequest request;
  request.method = "PATCH";
  request.content_type = "application/merge-patch+json";
  request.body = series_text(series.count, series.last_wall);
  return request;
}

void EventWriter::on_answer(const ApiOutcome& outcome, const Moment& now) {
  const InFlight sent = *std::exchange(in_flight_, std::nullopt);
  const auto at = series_.find(sent.event);
  if (at == series_.end()) return;  // no longer the leader
  Series& series = at->second;
  const int status = status_of(outcome);
  const bool was_patch = series.reported > 0;
  // An Event of that name is one of ours, whose answer got lost.
  if (is_success(status) || (!was_patch && status == 409)) {
    series.reported = sent.count;
    series.reported_at = now.at;
    series.tries = 0;
    back_off_ = {};
    told_failure_ = told_drop_ = false;
    if (is_due(series, now.at)) queue(sent.event, series);
    return;
  }
  if (status == 401 || is_passing(status)) {
    retry(at, outcome, now.at);
    return;
  }
  if (was_patch && status == 404) {
    // Events live for an hour: this one is a new one.
    series.name.clear();
    series.reported = 0;
    series.count = 1;
    queue(sent.event, series);
    return;
  }
  note_failure(sent.event, outcome);
  drop(at);
}

void EventWriter::retry(SeriesMap::iterator at, const ApiOutcome& outcome, TimePoint now) {
  note_failure(at->first, outcome);
  back_off_ = back_off_ == Duration{} ? kFirstBackOff : std::min(kMostBackOff, 2 * back_off_);
  Duration wait = back_off_;
  if (const auto* response = std::get_if<ApiResponse>(&outcome))
    if (response->head.retry_after) wait = std::max(wait, Duration(*response->head.retry_after));
  not_before_ = now + std::min(wait, 2 * kMostBackOff);
  if (++at->second.tries >= kMostTries) {
    drop(at);
    return;
  }
  at->second.is_queued = true;
  (at->first.is_warning ? warnings_ : syncs_).push_front(at->first);
}

void EventWriter::drop(SeriesMap::iterator at) {
  ++dropped_;
  series_.erase(at);
}

// Reports what is overdue or found no room, and forgets what is over.
void EventWriter::sweep(const Moment& now) {
  for (auto at = series_.begin(); at != series_.end();) {
    Series& series = at->second;
    if (is_due(series, now.at)) queue(at->first, series);
    const bool is_over = !series.is_queued && now.at - series.last >= kSilence;
    at = is_over ? series_.erase(at) : std::next(at);
  }
  std::erase_if(object_buckets_, [&now](const auto& each) { return each.second.is_full(now.at); });
  tell_untold(now);
  if (series_.empty() && object_buckets_.empty() && untold_.empty())
    next_sweep_.reset();
  else
    next_sweep_ = now.at + kSweepPeriod;
}

void EventWriter::note_failure(const Event& event, const ApiOutcome& outcome) {
  if (std::exchange(told_failure_, true)) return;
  log::warning("Event about " + to_string(event.regarding) +
               " cannot be written: " + describe_failure(outcome));
}

}  // namespace headgate::k8swatch
