// Tells about objects by Events: what is wrong with them, once for as long as it stays so, and which
// Ingresses are taken. Never holds anything up: what is too much is counted, and dropped or, where it is
// about something that stays wrong, told later.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "k8swatch/api_task.h"
#include "k8swatch/event.h"
#include "k8swatch/token_bucket.h"

namespace headgate::k8swatch {

// What an EventWriter asks about objects, at the time it writes.
struct EventObjects {
  // Null: there is no such object, or it is not known.
  std::function<const Metadata*(const ObjectKey&)> find;
  // Whether the Ingress is one that is served.
  std::function<bool(const ObjectKey&)> serves;
};

// Control thread only. The limits are those of client-go (tools/events, tools/record).
class EventWriter final : public ApiTask {
 public:
  enum class Role : std::uint8_t {
    undecided,  // it is not known yet who leads: what happens is kept for then
    leader,     // writes
    follower,   // another writes: nothing is kept
  };

  EventWriter(EventReporter reporter, EventObjects objects);

  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  std::optional<ApiRequest> next_request(const Moment& now) override;
  void on_answer(const ApiOutcome& outcome, const Moment& now) override;

  // Becoming the leader after having been a follower, set_findings() is to be called anew.
  void set_role(Role role);
  [[nodiscard]] Role role() const { return role_; }
  // Everything that is wrong now, sorted, each once. What was not there before becomes an Event.
  void set_findings(const std::vector<Finding>& findings, const Moment& now);
  // The Ingress is new or another than before.
  void on_ingress_change(const ObjectKey& ingress, const Moment& now);

  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  static constexpr std::size_t kMostWaiting = 1000;
  static constexpr std::size_t kMostSyncsWaiting = 500;  // they must not crowd out what is wrong
  static constexpr std::size_t kMostSeries = 4096;
  static constexpr std::size_t kMostSeriesOfOne = 30;  // object: it must not crowd out the others'
  static constexpr double kObjectBurst = 25;
  static constexpr Duration kObjectPeriod = std::chrono::minutes(5);
  static constexpr Duration kSilence = std::chrono::minutes(6);     // after it the same thing is a new Event
  static constexpr Duration kHeartbeat = std::chrono::minutes(30);  // between reports of a series
  static constexpr int kMostTries = 12;

 private:
  // One thing that has happened once or several times.
  struct Series {
    std::string name;            // of the Event; empty: not written yet
    std::uint64_t count = 0;     // how often it has happened
    std::uint64_t reported = 0;  // and how often that is known to the API server; 0: not at all
    TimePoint last;
    WallTime last_wall;
    TimePoint reported_at;
    int tries = 0;  // of the request that fails
    bool is_queued = false;
  };
  using SeriesMap = std::map<Event, Series>;
  struct InFlight {
    Event event;
    std::uint64_t count = 0;
  };

  // False: there was no room for it.
  bool happened(Event event, const Moment& now);
  // While there is room. With thousands of them it is no work for each change of the Findings.
  void tell_untold(const Moment& now);
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool has_room_for(const ObjectKey& object) const;
  void queue(const Event& event, Series& series);
  [[nodiscard]] bool is_due(const Series& series, TimePoint now) const;
  std::optional<ApiRequest> request(SeriesMap::iterator at, const Moment& now);
  ApiRequest create(const Event& event, Series& series, const Moment& now);
  static ApiRequest repeat(const Series& series);
  void drop(SeriesMap::iterator at);
  void retry(SeriesMap::iterator at, const ApiOutcome& outcome, TimePoint now);
  void sweep(const Moment& now);
  void note_failure(const Event& event, const ApiOutcome& outcome);

  EventReporter reporter_;
  EventObjects objects_;
  Role role_ = Role::undecided;
  std::vector<Finding> known_;
  std::vector<Finding> untold_;  // of known_: those that found no room; sorted
  SeriesMap series_;
  std::deque<Event> warnings_;  // keys of series_, to be looked at
  std::deque<Event> syncs_;
  std::optional<InFlight> in_flight_;
  std::map<ObjectKey, TokenBucket> object_buckets_;  // full ones are left out
  TokenBucket bucket_{25, std::chrono::milliseconds(100)};
  std::optional<TimePoint> not_before_;  // after a failure, or for want of a token
  Duration back_off_{};
  std::optional<TimePoint> next_sweep_;  // nothing: there is nothing to sweep
  std::uint64_t last_name_ = 0;
  std::uint64_t dropped_ = 0;
  bool told_failure_ = false;  // since something was written last
  bool told_drop_ = false;
};

}  // namespace headgate::k8swatch
