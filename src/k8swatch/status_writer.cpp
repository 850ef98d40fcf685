#include "k8swatch/status_writer.h"

#include <algorithm>
#include <utility>

#include "base/json_string.h"
#include "base/log.h"
#include "k8swatch/api_answer.h"
#include "k8swatch/load_balancer_address.h"
#include "k8swatch/object_decoder.h"
#include "k8swatch/resource_version.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFirstBackOff = 1s;
constexpr Duration kMostBackOff = 30s;
constexpr Duration kForgiveAfter = 5min;
constexpr int kTellOverwrites = 3;

// metadata.resourceVersion of an answer; empty where it cannot be read.
std::string version_of(const std::string& text) {
  const std::string padded = padded_copy(text);
  JsonReader reader;
  JsonValue root;
  std::string version;
  if (!reader.open(padded) || !reader.root(root) ||
      !reader.object(root, [&](std::string_view key, JsonValue& metadata) {
        if (key != "metadata") return true;
        return reader.object(metadata, [&](std::string_view name, JsonValue& value) {
          return name != "resourceVersion" || reader.string(value, version);
        });
      })) {
    return {};
  }
  return version;
}

}  // namespace

StatusWriter::StatusWriter(std::function<bool(const std::string& key)> serves, Duration most_delay)
    : serves_(std::move(serves)), most_delay_(most_delay) {}

std::optional<TimePoint> StatusWriter::deadline() const {
  if (in_flight_ || !is_leader_ || !wanted_) return std::nullopt;
  if (queue_.empty()) {
    if (put_off_.empty()) return forgive_at_;
    return std::min(put_off_.begin()->first, forgive_at_.value_or(TimePoint::max()));
  }
  return not_before_.value_or(TimePoint{});
}

void StatusWriter::on_upsert(const Ingress& ingress) {
  const std::string key = name_key(ingress.metadata);
  Entry& entry = entries_[key];
  if (entry.version != ingress.metadata.resource_version) {
    // It follows what was written, or somebody else's write has followed that.
    entry.written.reset();
    entry.refused_version.clear();
  }
  entry.version = ingress.metadata.resource_version;
  entry.addresses = ingress.addresses;
  normalise(entry.addresses);
  if (entry.last_write && !is_not_newer(entry.version, entry.last_write->version) &&
      entry.addresses != entry.last_write->addresses) {
    entry.is_overwritten = true;
    entry.last_write.reset();
  }
  queue(key, entry);
}

void StatusWriter::on_remove(const std::string& key) { entries_.erase(key); }

void StatusWriter::look_at_all() {
  if (!is_leader_ || !wanted_) return;
  for (auto& [key, entry] : entries_) queue(key, entry);
}

void StatusWriter::queue(const std::string& key, Entry& entry) {
  if (!is_leader_ || !wanted_ || entry.is_queued) return;
  entry.is_queued = true;
  queue_.push_back(key);
}

void StatusWriter::set_leader(bool is_leader) {
  if (std::exchange(is_leader_, is_leader) == is_leader) return;
  if (is_leader) {
    told_overwrite_ = false;
    look_at_all();
    return;
  }
  queue_.clear();
  put_off_.clear();
  for (auto& [key, entry] : entries_) {
    entry.is_queued = false;
    entry.last_write.reset();  // another one writes now, and may well write something else
    entry.is_overwritten = false;
  }
  wanted_.reset();  // to be found out anew by the time this one leads again
}

bool StatusWriter::set_addresses(const std::vector<LoadBalancerAddress>& addresses) {
  if (is_clearing_ || wanted_ == addresses) return false;
  wanted_ = addresses;
  forgive();
  return true;
}

void StatusWriter::clear() {
  is_clearing_ = true;
  put_off_.clear();
  not_before_.reset();
  wanted_.emplace();
  forgive();
}

// What was refused may not be any longer: rights change, and so do the addresses.
void StatusWriter::forgive() {
  forgive_at_.reset();
  for (auto& [key, entry] : entries_) entry.refused_version.clear();
  look_at_all();
}

std::optional<ApiRequest> StatusWriter::next_request(const Moment& now) {
  if (in_flight_ || !is_leader_ || !wanted_) return std::nullopt;
  if (not_before_ && now.at < *not_before_) return std::nullopt;
  not_before_.reset();
  if (forgive_at_ && now.at >= *forgive_at_) forgive();
  take_put_off(now.at);
  while (!queue_.empty()) {
    const auto at = entries_.find(queue_.front());
    if (at != entries_.end() && needs_write(at->first, at->second) &&
        !put_off(at->first, at->second, now.at)) {
      if (!is_clearing_ && !bucket_.take(now.at)) {
        not_before_ = bucket_.next();
        return std::nullopt;
      }
      at->second.is_queued = false;
      queue_.pop_front();
      in_flight_ = InFlight{at->first, at->second.version, *wanted_};
      return patch(at->first, at->second);
    }
    if (at != entries_.end()) at->second.is_queued = false;
    queue_.pop_front();
  }
  return std::nullopt;
}

std::size_t StatusWriter::waiting() const {
  if (!wanted_) return in_flight_ ? 1 : 0;
  const auto count = std::count_if(queue_.begin(), queue_.end(), [this](const std::string& key) {
    const auto at = entries_.find(key);
    return at != entries_.end() && needs_write(key, at->second);
  });
  return static_cast<std::size_t>(count) + (in_flight_ ? 1 : 0);
}

void StatusWriter::take_put_off(TimePoint now) {
  while (!put_off_.empty() && put_off_.begin()->first <= now) {
    const auto at = entries_.find(put_off_.begin()->second);
    put_off_.erase(put_off_.begin());
    if (at != entries_.end()) queue(at->first, at->second);
  }
}

bool StatusWriter::put_off(const std::string& key, Entry& entry, TimePoint now) {
  if (is_clearing_) return false;
  if (std::exchange(entry.is_overwritten, false)) {
    if (now - entry.written_at >= std::max(kForgiveAfter, 2 * most_delay_)) entry.overwrites = 0;
    ++entry.overwrites;
    // Once may be a slip of somebody's hand.
    if (entry.overwrites == 1)
      entry.delay = {};
    else
      entry.delay = std::min(most_delay_, entry.overwrites == 2 ? kFirstBackOff : 2 * entry.delay);
    if (entry.overwrites == kTellOverwrites && !std::exchange(told_overwrite_, true))
      log::warning("Ingress " + key +
                   ": somebody else writes its status again and again, another controller of the same class "
                   "perhaps; it is put back less and less often");
  }
  const TimePoint due = entry.written_at + entry.delay;
  if (entry.delay == Duration{} || due <= now) return false;
  put_off_.emplace(due, key);
  return true;
}

bool StatusWriter::needs_write(const std::string& key, const Entry& entry) const {
  if (!entry.refused_version.empty() && entry.refused_version == entry.version) return false;
  const std::vector<LoadBalancerAddress>& current =
      entry.written ? entry.written->addresses : entry.addresses;
  return current != *wanted_ && serves_(key);
}

// A merge patch, which replaces the list as a whole; the resourceVersion in it makes it fail where somebody
// else has written meanwhile.
ApiRequest StatusWriter::patch(const std::string& key, const Entry& entry) const {
  const std::size_t slash = key.find('/');
  ApiRequest request;
  request.method = "PATCH";
  request.target = "/apis/networking.k8s.io/v1/namespaces/" + key.substr(0, slash) + "/ingresses/" +
                   key.substr(slash + 1) + "/status";
  request.content_type = "application/merge-patch+json";
  request.body = R"({"metadata":{"resourceVersion":)" +
                 json_string(entry.written ? entry.written->version : entry.version) +
                 R"(},"status":{"loadBalancer":{"ingress":)" + json_of(*wanted_) + "}}}";
  request.lane = "writers";
  return request;
}

void StatusWriter::on_answer(const ApiOutcome& outcome, const Moment& now) {
  const InFlight sent = *std::exchange(in_flight_, std::nullopt);
  const auto at = entries_.find(sent.key);
  if (at == entries_.end()) return;  // deleted meanwhile
  Entry& entry = at->second;
  const int status = status_of(outcome);
  if (is_success(status)) {
    back_off_ = {};
    told_failure_ = false;
    ++writes_;
    on_success(entry, sent, std::get<ApiResponse>(outcome).body, now.at);
    return;
  }
  if (status == 404) {
    entries_.erase(at);  // the watch will say so too
    return;
  }
  if (status == 401 || is_passing(status)) {
    pause(outcome, now.at);
    queue(sent.key, entry);
    return;
  }
  entry.written.reset();
  entry.refused_version = sent.version;
  if (entry.version != sent.version) queue(sent.key, entry);  // the newer one is there already
  if (status == 409) return;
  if (!forgive_at_) forgive_at_ = now.at + kForgiveAfter;
  note_failure("Ingress " + sent.key + ": its status cannot be written: " + describe_failure(outcome));
}

void StatusWriter::on_success(Entry& entry, const InFlight& sent, const std::string& body, TimePoint now) {
  std::string version = version_of(body);
  entry.written_at = now;
  entry.last_write.reset();
  if (!version.empty()) entry.last_write = Written{version, sent.addresses};
  // The watch may have been quicker than the answer; then it is the watch that counts.
  if (entry.version == sent.version) {
    if (version.empty())
      entry.refused_version = sent.version;  // wait for what the watch says
    else
      entry.written = Written{std::move(version), sent.addresses};
  }
  queue(sent.key, entry);  // another list may be wanted by now
}

// Nothing at all can be written for a while.
void StatusWriter::pause(const ApiOutcome& outcome, TimePoint now) {
  back_off_ = back_off_ == Duration{} ? kFirstBackOff : std::min(kMostBackOff, 2 * back_off_);
  Duration wait = back_off_;
  if (const auto* response = std::get_if<ApiResponse>(&outcome))
    if (response->head.retry_after) wait = std::max(wait, Duration(*response->head.retry_after));
  not_before_ = now + std::min(wait, 2 * kMostBackOff);
  note_failure("status of Ingresses: cannot be written: " + describe_failure(outcome));
}

// One line for thousands of Ingresses.
void StatusWriter::note_failure(const std::string& what) {
  if (!std::exchange(told_failure_, true)) log::warning(what);
}

}  // namespace headgate::k8swatch
