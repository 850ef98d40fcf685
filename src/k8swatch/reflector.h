// Keeps the mirror of one resource of the API server: gets its state, follows its changes, and does the right
// thing whenever that goes wrong. A pure state machine: no sockets, no clock, no chance of its own. The owner
// sends the requests it asks for and tells it what comes back. Control thread only.
//
// The rules are those of client-go's Reflector, which API servers are tested with (KEP-3157 streaming lists,
// KEP-956 bookmarks).
//
//            ┌────────────── refused, or broken twice ──────────────┐
//            │                                                      ▼
//   waiting ─┴► watch_list ── end of the initial events ─► watch   list ── last page ──► waiting ─► watch
//      ▲            │ broken, expired, throttled             │      │
//      └────────────┴────────────────────────────────────────┴──────┘
//
// Before a watch takes up one that broke, was refused or ended early, the server is asked for its newest
// version (probe): where it is older than ours, etcd was restored from a backup, and a watch from our version
// would be silent until that many changes have happened.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "k8swatch/api_object_reader.h"
#include "k8swatch/api_transport.h"
#include "k8swatch/backoff.h"
#include "k8swatch/list_decoder.h"
#include "k8swatch/object_mirror.h"
#include "k8swatch/watch_decoder.h"

namespace headgate::k8swatch {

// The part of an ApiRequest that the Reflector decides.
struct ReflectorRequest {
  std::string query;  // escaped; selectors are the owner's to add
  std::chrono::milliseconds idle_timeout{};
  bool fresh_connection = false;
  bool is_watch = false;
};

struct ReflectorCounters {
  std::uint64_t events = 0;             // of watches, bookmarks included, initial ones not
  std::uint64_t reconnects = 0;         // watches that took up an earlier one where it ended
  std::uint64_t relists = 0;            // times the whole state was asked for, beyond the first
  std::uint64_t gone = 0;               // times a version was expired (410)
  std::uint64_t undecodable = 0;        // objects and lines
  std::optional<TimePoint> last_event;  // when the server last said anything that counts
};

// Why the mirror is not being kept up to date.
struct ReflectorTrouble {
  enum class What : std::uint8_t {
    unreachable,   // no answer
    unauthorized,  // 401: the server does not know us
    forbidden,     // 403: it does, and we may not
    refused,       // any other answer that is of no use
  };
  What what = What::unreachable;
  TimePoint since{};
  std::string reason;
};

struct ReflectorOptions {
  Kind kind = Kind::ingress;
  std::string name;                // "ingresses", for the log
  std::function<double()> chance;  // numbers from 0 up to 1
};

class Reflector {
 public:
  static constexpr std::size_t kPageItems = 500;
  static constexpr int kMaxPages = 10'000;
  static constexpr std::chrono::seconds kLeastWatch{300};  // the server ends a watch after this, up to double
  // Bookmarks cannot be relied on, so only the end the server was asked for can: dead peers are found by TCP.
  static constexpr std::chrono::seconds kWatchSlack{30};
  static constexpr std::chrono::seconds kListPatience{60};
  static constexpr std::chrono::seconds kProbePatience{10};  // one object is asked for
  static constexpr Duration kVeryShort = std::chrono::seconds(1);
  static constexpr Duration kWatchSpacing = std::chrono::milliseconds(100);
  static constexpr Duration kSilenceWarning = std::chrono::seconds(10);
  static constexpr Duration kSilenceLimit = std::chrono::seconds(60);
  // An API server answers a watch at once; whatever stands before it gives up after a minute.
  static constexpr Duration kHeadLimit = std::chrono::seconds(65);
  static constexpr Duration kRefusalLimit = std::chrono::seconds(10);  // for the body of a refusal
  // Bytes alone are no progress while the state is read: in that time an object has come, or none will.
  static constexpr Duration kObjectLimit = std::chrono::minutes(2);
  static constexpr Duration kMostRetryAfter = 2 * Backoff::kMost;  // before the jitter
  static constexpr Duration kHurrySpread = std::chrono::seconds(1);
  static constexpr Duration kLogAgain = std::chrono::minutes(1);
  static constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10;

  // `reader` and `sink` must outlive this. The first request is due at once.
  Reflector(ReflectorOptions options, ApiObjectReader& reader, ObjectSink& sink);

  // The request to send now; it is under way from then on. Nothing: none is due.
  std::optional<ReflectorRequest> next_request(TimePoint now);
  // False: the call of the last request is of no use any more and is to be destroyed.
  [[nodiscard]] bool is_under_way() const { return phase_ != Phase::waiting; }
  void on_head(const ApiHead& head, TimePoint now);
  void on_bytes(std::string_view bytes, TimePoint now);
  void on_end(const std::optional<ApiError>& error, TimePoint now);
  // The server answers again, as another resource has found out: what waits for it is tried within
  // kHurrySpread, except where the server has said when to come back.
  void hurry(TimePoint now);
  // To be called at deadline(), before next_request(). Ends a trouble that is over, a silence that is too
  // long, an answer that leads nowhere.
  void run_due(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  // The whole state has been delivered once.
  [[nodiscard]] bool is_synced() const { return synced_; }
  [[nodiscard]] const std::optional<ReflectorTrouble>& trouble() const { return trouble_; }
  [[nodiscard]] const ReflectorCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t object_count() const { return mirror_.size(); }
  [[nodiscard]] const std::string& last_version() const { return last_version_; }

 private:
  static constexpr int kOk = 200;
  enum class Phase : std::uint8_t { waiting, watch_list, list, probe, watch };
  enum class ListMode : std::uint8_t {
    from_version,  // not older than last_version_, whole (from the server's cache)
    paged,         // the newest, page by page
    whole,         // the newest in one answer, where a page has expired under way
  };

  [[nodiscard]] std::string watch_query(bool initial_events);
  [[nodiscard]] std::string list_query() const;
  void wait(Phase next, TimePoint now, std::optional<std::chrono::seconds> at_least = {});
  void go_on(Phase next, TimePoint due);
  // The whole state, after one step of backing off.
  void relist(TimePoint now, std::optional<std::chrono::seconds> at_least = {});
  void fall_back_to_list(TimePoint now);

  // Of a watch: an object of the state it begins with, its end, or what has happened since.
  void handle(WatchEvent event, TimePoint now);
  void take_initial(WatchEvent event, TimePoint now);
  void take_change(WatchEvent event);
  void advance(const std::string& version);
  void become_synced(std::string version);
  void end_page(TimePoint now);
  void end_probe(TimePoint now);

  // The answer or an ERROR event says no.
  void refused(const ApiStatus& status, TimePoint now);
  // The same, of the answer under way, as far as its body has come.
  void answer_refused(TimePoint now);
  void watch_list_refused(const ApiStatus& status, TimePoint now);
  void list_refused(const ApiStatus& status, TimePoint now);
  void watch_refused(const ApiStatus& status, TimePoint now);
  // The stream ended or makes no sense. `error` is empty where it ended in an orderly way.
  void broken(const std::string& error, TimePoint now);
  void watch_ended(const std::string& error, TimePoint now);
  // Neither objects nor the end of the state.
  void state_stalled(TimePoint now);
  [[nodiscard]] bool is_refusal() const { return status_ != 0 && status_ != kOk; }
  void say_refused(const ApiStatus& status, TimePoint now);
  void say_trouble(ReflectorTrouble::What what, std::string reason, TimePoint now);

  ReflectorOptions options_;
  ApiObjectReader& reader_;
  ObjectMirror mirror_;
  Backoff backoff_;
  ReflectorCounters counters_;
  std::optional<ReflectorTrouble> trouble_;
  std::string logged_;  // the last trouble in the log, and when
  TimePoint logged_at_{};

  Phase phase_ = Phase::waiting;
  Phase next_ = Phase::watch_list;
  TimePoint due_{};                // of next_, while waiting
  bool server_said_when_ = false;  // it chose due_
  bool synced_ = false;
  bool version_unavailable_ = false;  // the server does not have last_version_ (any more, or yet)
  bool fresh_connection_ = false;
  bool has_watched_ = false;    // since the last relist
  bool needs_probe_ = false;    // before the next watch
  int broken_watch_lists_ = 0;  // in a row
  std::string last_version_;

  // Of the list under way.
  ListMode list_mode_ = ListMode::paged;
  int pages_ = 0;
  std::string continue_token_;
  std::string list_version_;  // of the first page

  // Of the answer under way.
  TimePoint started_{};
  Duration asked_duration_{};  // of a watch: after it the server ends it
  TimePoint headed_{};         // when its head came, once status_ is known
  TimePoint last_bytes_{};     // or the head, or the request
  TimePoint last_object_{};    // likewise
  bool has_stated_ = false;    // it gave the whole state
  bool warned_of_silence_ = false;
  int status_ = 0;          // 0: no head yet
  std::string refused_by_;  // the server, with 401 and 403
  std::optional<std::chrono::seconds> retry_after_;
  std::uint64_t stream_events_ = 0;
  std::string error_body_;
  WatchDecoder watch_decoder_;
  ListDecoder list_decoder_;
  std::vector<WatchEvent> events_;        // scratch
  std::vector<ObservedObject> observed_;  // scratch
};

}  // namespace headgate::k8swatch
