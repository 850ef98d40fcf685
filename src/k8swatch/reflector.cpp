#include "k8swatch/reflector.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "k8swatch/json_padding.h"
#include "k8swatch/query_text.h"
#include "k8swatch/resource_version.h"

namespace headgate::k8swatch {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kTooManyRequests = 429;
constexpr int kInternalError = 500;
constexpr int kBrokenWatchLists = 2;
constexpr double kRetrySpread = 0.5;  // a Retry-After is lengthened by up to that part of it

// The server or something before it cannot answer now; what was asked for is not to blame.
bool is_temporary(int code) { return code == kTooManyRequests || code > kInternalError; }

}  // namespace

Reflector::Reflector(ReflectorOptions options, ApiObjectReader& reader, ObjectSink& sink)
    : options_(std::move(options)),
      reader_(reader),
      mirror_(options_.kind, sink),
      backoff_(options_.chance),
      watch_decoder_(reader, options_.kind),
      list_decoder_(reader, options_.kind) {}

std::string Reflector::watch_query(bool initial_events) {
  // Spread, so that watches that began together do not end together.
  const auto seconds =
      kLeastWatch.count() +
      static_cast<std::int64_t>(static_cast<double>(kLeastWatch.count()) * options_.chance());
  std::string query = "watch=true&allowWatchBookmarks=true";
  if (initial_events) query += "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan";
  append_query(query, "timeoutSeconds", std::to_string(seconds));
  asked_duration_ = std::chrono::seconds(seconds);
  // Without a version the newest state is asked for: "0" might go back in time where servers are several.
  if (!last_version_.empty() && !(initial_events && version_unavailable_))
    append_query(query, "resourceVersion", last_version_);
  return query;
}

std::string Reflector::list_query() const {
  std::string query;
  if (!continue_token_.empty() || list_mode_ == ListMode::paged)
    append_query(query, "limit", std::to_string(kPageItems));
  // A continued page takes no version (the token holds it).
  if (!continue_token_.empty())
    append_query(query, "continue", continue_token_);
  else if (list_mode_ == ListMode::from_version)
    append_query(query, "resourceVersion", last_version_);
  return query;
}

std::optional<ReflectorRequest> Reflector::next_request(TimePoint now) {
  if (phase_ != Phase::waiting || now < due_) return std::nullopt;
  phase_ = next_ == Phase::watch && needs_probe_ ? Phase::probe : next_;
  ReflectorRequest request;
  request.fresh_connection = std::exchange(fresh_connection_, false);
  switch (phase_) {
    case Phase::watch_list:
      mirror_.begin_collecting(version_unavailable_);
      request.query = watch_query(true);
      break;
    case Phase::watch:
      if (std::exchange(has_watched_, true)) ++counters_.reconnects;
      mirror_.begin_watch(last_version_);
      request.query = watch_query(false);
      break;
    case Phase::probe:
      request.query = "limit=1";
      break;
    case Phase::list:
    case Phase::waiting:
      if (continue_token_.empty()) mirror_.begin_collecting(version_unavailable_);
      request.query = list_query();
      break;
  }
  request.is_watch = phase_ == Phase::watch_list || phase_ == Phase::watch;
  // The longest a watch may last, so that the server always ends it first.
  request.idle_timeout = request.is_watch         ? 2 * kLeastWatch + kWatchSlack
                         : phase_ == Phase::probe ? kProbePatience
                                                  : kListPatience;
  started_ = now;
  last_bytes_ = now;
  last_object_ = now;
  has_stated_ = false;
  warned_of_silence_ = false;
  status_ = 0;
  retry_after_.reset();
  stream_events_ = 0;
  error_body_.clear();
  watch_decoder_ = WatchDecoder(reader_, options_.kind);
  list_decoder_ = ListDecoder(reader_, options_.kind);
  return request;
}

void Reflector::on_head(const ApiHead& head, TimePoint now) {
  if (phase_ == Phase::waiting) return;
  status_ = head.status;
  refused_by_ = head.server;
  retry_after_ = head.retry_after;
  headed_ = now;
  last_bytes_ = now;
  last_object_ = now;
}

void Reflector::on_bytes(std::string_view bytes, TimePoint now) {
  if (phase_ == Phase::waiting) return;
  last_bytes_ = now;
  if (status_ != kOk) {
    error_body_ += bytes.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, error_body_.size()));
    // What is said by now says enough, and the end may never come.
    if (error_body_.size() >= kMaxErrorBody) answer_refused(now);
    return;
  }
  Result<void> read;
  if (phase_ == Phase::list || phase_ == Phase::probe) {
    observed_.clear();
    read = list_decoder_.feed(bytes, observed_);
    if (!observed_.empty()) last_object_ = now;
    if (phase_ == Phase::probe) observed_.clear();
    for (ObservedObject& observed : observed_) {
      if (observed.finding) ++counters_.undecodable;
      mirror_.collect(std::move(observed));
    }
  } else {
    events_.clear();
    read = watch_decoder_.feed(bytes, events_);
    for (WatchEvent& event : events_)
      if (phase_ == Phase::watch_list || phase_ == Phase::watch) handle(std::move(event), now);
  }
  if (read || phase_ == Phase::waiting) return;
  ++counters_.undecodable;
  if (phase_ == Phase::watch) {
    say_trouble(ReflectorTrouble::What::refused, read.error().message, now);
    relist(now);
  } else {
    broken(read.error().message, now);
  }
}

void Reflector::on_end(const std::optional<ApiError>& error, TimePoint now) {
  if (phase_ == Phase::waiting) return;
  if (error) {
    fresh_connection_ = true;
    needs_probe_ = true;
  }
  // A proxy ends the streams of a server that goes away in an orderly way, and another may come in its place.
  if (phase_ == Phase::watch && now - started_ < asked_duration_ - kWatchSlack) needs_probe_ = true;
  if (!error && status_ == kOk) {
    if (phase_ == Phase::list)
      end_page(now);
    else if (phase_ == Phase::probe)
      end_probe(now);
    else
      broken("", now);
    return;
  }
  // A refusal whose body broke off is a refusal.
  if (is_refusal()) {
    answer_refused(now);
    return;
  }
  const std::string reason = error ? error->message : "the answer has no head";
  if (status_ == kOk) {
    broken(reason, now);
    return;
  }
  // No answer at all: nothing is known to be wrong with what was asked for.
  say_trouble(ReflectorTrouble::What::unreachable, reason, now);
  const bool takes_up = phase_ == Phase::watch || phase_ == Phase::probe;
  wait(takes_up ? Phase::watch : Phase::watch_list, now);
}

void Reflector::answer_refused(TimePoint now) {
  error_body_.reserve(error_body_.size() + kJsonPadding);
  ApiStatus status = reader_.read_status(error_body_, status_);
  if (retry_after_) status.retry_after = retry_after_;
  refused(status, now);
}

void Reflector::handle(WatchEvent event, TimePoint now) {
  using Type = WatchEvent::Type;
  if (phase_ == Phase::watch && event.type != Type::error) {
    ++stream_events_;
    ++counters_.events;
    counters_.last_event = now;
    trouble_.reset();
  }
  if (event.type == Type::error) {
    refused(event.status, now);
  } else if (event.type == Type::unknown) {
    log::debug(options_.name + ": event of unknown type " + event.type_text);
  } else {
    if (event.type != Type::deleted && event.type != Type::bookmark && event.observed.finding)
      ++counters_.undecodable;
    if (phase_ == Phase::watch_list)
      take_initial(std::move(event), now);
    else
      take_change(std::move(event));
  }
}

void Reflector::take_initial(WatchEvent event, TimePoint now) {
  if (event.type != WatchEvent::Type::bookmark) {
    last_object_ = now;
    if (event.type == WatchEvent::Type::deleted)
      mirror_.collect_deletion(event.observed);
    else
      mirror_.collect(std::move(event.observed));
  } else if (event.is_initial_end) {
    // The same stream goes on with what happens from now on.
    phase_ = Phase::watch;
    has_watched_ = true;
    has_stated_ = true;
    counters_.last_event = now;
    become_synced(std::move(event.observed.resource_version));
    mirror_.begin_watch(last_version_);
  }
}

void Reflector::take_change(WatchEvent event) {
  const std::string version = event.observed.resource_version;
  if (event.type == WatchEvent::Type::deleted)
    mirror_.apply_deletion(event.observed);
  else if (event.type != WatchEvent::Type::bookmark)
    mirror_.apply(std::move(event.observed));
  advance(version);
}

void Reflector::advance(const std::string& version) {
  if (!version.empty() && !is_not_newer(version, last_version_)) last_version_ = version;
}

void Reflector::become_synced(std::string version) {
  last_version_ = std::move(version);
  version_unavailable_ = false;
  needs_probe_ = false;
  broken_watch_lists_ = 0;
  trouble_.reset();
  synced_ = true;
  mirror_.replace();
}

void Reflector::end_page(TimePoint now) {
  Result<ListMetadata> page = list_decoder_.finish();
  if (!page) {
    broken(page.error().message, now);
    return;
  }
  if (continue_token_.empty()) list_version_ = page->resource_version;
  const bool is_last = page->continue_token.empty();
  continue_token_ = std::move(page->continue_token);
  if (!is_last) {
    if (++pages_ >= kMaxPages) {
      broken("a list has more than " + std::to_string(kMaxPages) + " pages", now);
      return;
    }
    go_on(Phase::list, now);
    return;
  }
  counters_.last_event = now;
  has_watched_ = false;
  become_synced(std::move(list_version_));
  go_on(Phase::watch, now);
}

void Reflector::end_probe(TimePoint now) {
  const Result<ListMetadata> newest = list_decoder_.finish();
  if (!newest) {
    broken(newest.error().message, now);
    return;
  }
  needs_probe_ = false;
  const auto order = compare_versions(newest->resource_version, last_version_);
  if (!order || *order >= 0) {
    go_on(Phase::watch, now);
    return;
  }
  log::warning(options_.name + ": the API server has gone back from version " + last_version_ + " to " +
               newest->resource_version + "; everything is read again");
  version_unavailable_ = true;
  relist(now);
}

void Reflector::go_on(Phase next, TimePoint due) {
  phase_ = Phase::waiting;
  next_ = next;
  due_ = due;
  server_said_when_ = false;
}

void Reflector::hurry(TimePoint now) {
  if (phase_ != Phase::waiting || !trouble_ || server_said_when_) return;
  const auto spread =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(kHurrySpread) * options_.chance());
  due_ = std::min(due_, now + spread);
}

void Reflector::wait(Phase next, TimePoint now, std::optional<std::chrono::seconds> at_least) {
  // What a server asks for is taken up to a bound: a proxy's "in a day" must not cost a day of changes.
  const Duration asked = std::min<Duration>(at_least.value_or(std::chrono::seconds(0)), kMostRetryAfter);
  // Spread like the steps of backing off: many were told the same.
  const auto spread = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(asked) *
                                                           (options_.chance() * kRetrySpread));
  go_on(next, now + std::max(backoff_.next(now), asked + spread));
  server_said_when_ = at_least.has_value();
}

void Reflector::relist(TimePoint now, std::optional<std::chrono::seconds> at_least) {
  ++counters_.relists;
  // Resolve and connect anew: there is no other moment at which a client moves on to another API server.
  fresh_connection_ = true;
  wait(Phase::watch_list, now, at_least);
}

void Reflector::fall_back_to_list(TimePoint now) {
  list_mode_ = last_version_.empty() || version_unavailable_ ? ListMode::paged : ListMode::from_version;
  continue_token_.clear();
  pages_ = 0;
  go_on(Phase::list, now);
}

void Reflector::refused(const ApiStatus& status, TimePoint now) {
  if (status.is_expired()) ++counters_.gone;
  switch (phase_) {
    case Phase::watch_list:
      watch_list_refused(status, now);
      return;
    case Phase::list:
      list_refused(status, now);
      return;
    case Phase::probe:
      // It was worth a try; only what would refuse the watch as well is a reason to wait.
      if (status.code != kUnauthorized && !is_temporary(status.code)) {
        needs_probe_ = false;
        go_on(Phase::watch, now);
        return;
      }
      watch_refused(status, now);
      return;
    case Phase::watch:
      watch_refused(status, now);
      return;
    case Phase::waiting:
      return;
  }
}

void Reflector::watch_list_refused(const ApiStatus& status, TimePoint now) {
  if (status.is_expired() || status.version_too_large) {
    const bool first = !std::exchange(version_unavailable_, true);
    if (first && !last_version_.empty())
      go_on(Phase::watch_list, now);  // at once: without a version this cannot come twice
    else
      wait(Phase::watch_list, now, status.retry_after);
    return;
  }
  if (status.code == kUnauthorized || status.code == kTooManyRequests) {
    say_refused(status, now);
    wait(Phase::watch_list, now, status.retry_after);
    return;
  }
  // Servers that do not know or cannot do this say so in many ways (422, 400, 403 without the right to watch,
  // an ERROR event), and getting on beats asking why.
  log::debug(options_.name +
             ": streaming the initial state is refused, so it is listed: " + to_string(status));
  fall_back_to_list(now);
}

void Reflector::list_refused(const ApiStatus& status, TimePoint now) {
  if (status.is_expired() || status.version_too_large) {
    if (!continue_token_.empty()) {
      // The token of the Status would go on with a mix of two states, which is no routing table.
      list_mode_ = ListMode::whole;
      continue_token_.clear();
      pages_ = 0;
      go_on(Phase::list, now);
      return;
    }
    if (list_mode_ == ListMode::from_version) {
      version_unavailable_ = true;
      fall_back_to_list(now);
      return;
    }
  }
  say_refused(status, now);
  continue_token_.clear();
  wait(Phase::watch_list, now, status.retry_after);
}

void Reflector::watch_refused(const ApiStatus& status, TimePoint now) {
  if (status.is_expired()) {
    relist(now, status.retry_after);
    return;
  }
  if (status.version_too_large) {
    version_unavailable_ = true;
    relist(now, status.retry_after);
    return;
  }
  say_refused(status, now);
  // What refused may be another server than the one watched before.
  needs_probe_ = true;
  const bool forbidden = status.code == kUnauthorized || status.code == kForbidden;
  // Inside the stream only 410 leaves anything to go on from.
  const bool in_stream = status_ == kOk;
  if (!in_stream && (forbidden || is_temporary(status.code)))
    wait(Phase::watch, now, status.retry_after);
  else
    relist(now, status.retry_after);
}

void Reflector::broken(const std::string& error, TimePoint now) {
  switch (phase_) {
    case Phase::watch_list:
      if (++broken_watch_lists_ >= kBrokenWatchLists) {
        log::warning(options_.name + ": streaming the initial state keeps breaking off, so it is listed" +
                     (error.empty() ? "" : ": " + error));
        broken_watch_lists_ = 0;
        fall_back_to_list(now);
        return;
      }
      say_trouble(ReflectorTrouble::What::unreachable,
                  error.empty() ? "the initial state ended before it was complete" : error, now);
      wait(Phase::watch_list, now);
      return;
    case Phase::list:
      say_trouble(ReflectorTrouble::What::unreachable, error, now);
      continue_token_.clear();
      wait(Phase::watch_list, now);
      return;
    case Phase::probe:
      say_trouble(ReflectorTrouble::What::unreachable, error, now);
      wait(Phase::watch, now);
      return;
    case Phase::watch:
      watch_ended(error, now);
      return;
    case Phase::waiting:
      return;
  }
}

void Reflector::watch_ended(const std::string& error, TimePoint now) {
  if (stream_events_ == 0 && !has_stated_ && now - started_ < kVeryShort) {
    say_trouble(ReflectorTrouble::What::refused,
                error.empty() ? "a watch ended at once without an event" : error, now);
    relist(now);
    return;
  }
  if (!error.empty()) log::debug(options_.name + ": the watch broke off: " + error);
  go_on(Phase::watch, std::max(now, started_ + kWatchSpacing));
}

void Reflector::run_due(TimePoint now) {
  // A watch that is quiet is as good as any, once it has not ended at once.
  if (phase_ == Phase::watch && status_ == kOk && now - started_ >= kVeryShort) trouble_.reset();
  if (phase_ == Phase::waiting) return;
  if (is_refusal()) {
    if (now - headed_ < kRefusalLimit) return;
    fresh_connection_ = true;
    answer_refused(now);
    return;
  }
  if (phase_ == Phase::watch) {
    if (status_ != 0 || now - started_ < kHeadLimit) return;
    fresh_connection_ = true;
    needs_probe_ = true;
    say_trouble(ReflectorTrouble::What::unreachable, "a watch is not answered", now);
    wait(Phase::watch, now);
    return;
  }
  if (now - last_object_ >= kObjectLimit) {
    state_stalled(now);
    return;
  }
  if (phase_ != Phase::watch_list) return;
  if (!warned_of_silence_ && now - last_bytes_ >= kSilenceWarning) {
    warned_of_silence_ = true;
    log::warning(options_.name + ": the API server has said nothing of the initial state for 10 s");
  }
  if (now - last_bytes_ < kSilenceLimit) return;
  log::warning(options_.name + ": it is listed instead");
  fresh_connection_ = true;
  fall_back_to_list(now);
}

void Reflector::state_stalled(TimePoint now) {
  fresh_connection_ = true;
  const std::string reason = "no object has come for two minutes";
  if (phase_ != Phase::watch_list) {
    broken(reason, now);
    return;
  }
  log::warning(options_.name + ": " + reason + " of the initial state, so it is listed");
  fall_back_to_list(now);
}

std::optional<TimePoint> Reflector::deadline() const {
  if (phase_ == Phase::waiting) return due_;
  if (is_refusal()) return headed_ + kRefusalLimit;
  switch (phase_) {
    case Phase::watch_list:
      return std::min(last_bytes_ + (warned_of_silence_ ? kSilenceLimit : kSilenceWarning),
                      last_object_ + kObjectLimit);
    case Phase::watch:
      if (status_ == 0) return started_ + kHeadLimit;
      if (trouble_) return started_ + kVeryShort;
      break;
    case Phase::list:
    case Phase::probe:
      return last_object_ + kObjectLimit;
    case Phase::waiting:
      break;
  }
  return std::nullopt;
}

void Reflector::say_refused(const ApiStatus& status, TimePoint now) {
  const auto what = status.code == kUnauthorized ? ReflectorTrouble::What::unauthorized
                    : status.code == kForbidden  ? ReflectorTrouble::What::forbidden
                                                 : ReflectorTrouble::What::refused;
  say_trouble(what, to_string(status) + (refused_by_.empty() ? "" : " (" + refused_by_ + ")"), now);
}

void Reflector::say_trouble(ReflectorTrouble::What what, std::string reason, TimePoint now) {
  const TimePoint since = trouble_ ? trouble_->since : now;
  if (reason != logged_ || now - logged_at_ >= kLogAgain) {
    logged_ = reason;
    logged_at_ = now;
    log::warning(options_.name + ": " + reason);
  }
  trouble_ = ReflectorTrouble{what, since, std::move(reason)};
}

}  // namespace headgate::k8swatch
