// Writes the addresses of this controller into the status of the Ingresses it serves. Only the leader does,
// only where something else stands there, and each change once.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/api_task.h"
#include "k8swatch/name_key.h"
#include "k8swatch/token_bucket.h"

namespace headgate::k8swatch {

// Control thread only.
class StatusWriter final : public ApiTask {
 public:
  // `serves` says of a name_key whether that Ingress is ours and let in. Others are left as they are.
  // `most_delay`: how long at most one waits whose status somebody else overwrites again and again.
  explicit StatusWriter(std::function<bool(const std::string& key)> serves,
                        Duration most_delay = std::chrono::seconds(60));

  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  std::optional<ApiRequest> next_request(const Moment& now) override;
  void on_answer(const ApiOutcome& outcome, const Moment& now) override;

  // Every version of every Ingress, as the watch delivers them.
  void on_upsert(const Ingress& ingress);
  void on_remove(const std::string& key);
  // Which Ingresses are served may have changed.
  void look_at_all();

  void set_leader(bool is_leader);
  // Normalised; what is to stand in every status from now on. Before the first call nothing is written.
  // Whether that is another list than before.
  bool set_addresses(const std::vector<LoadBalancerAddress>& addresses);
  // For the end: empties the status of all that are served, without regard to the limit of writes a second.
  void clear();

  // Nothing is to be written now, nor is an answer awaited. What is put off does not count.
  [[nodiscard]] bool is_idle() const { return queue_.empty() && !in_flight_; }
  // How many are to be written, or are being written.
  [[nodiscard]] std::size_t waiting() const;
  // Writes that succeeded, ever.
  [[nodiscard]] std::uint64_t writes() const { return writes_; }

  static constexpr double kBurst = 10;
  static constexpr Duration kPeriod = std::chrono::milliseconds(100);  // between writes, on the average

 private:
  // What was written and has not come back through the watch yet.
  struct Written {
    std::string version;  // resourceVersion after it
    std::vector<LoadBalancerAddress> addresses;
  };
  struct Entry {
    std::string version;                         // resourceVersion, as the watch said last
    std::vector<LoadBalancerAddress> addresses;  // of that version, normalised
    std::optional<Written> written;              // upon that version
    std::string refused_version;                 // a write upon it was refused: wait for another one
    bool is_queued = false;
    std::optional<Written> last_write;  // not known yet to have been overwritten
    TimePoint written_at{};             // then
    bool is_overwritten = false;        // by somebody else, and next_request() has not noticed
    // Between writes. Doubled each time somebody else overwrites them, so that two controllers of one class
    // do not wear the API server out.
    int overwrites = 0;
    Duration delay{};
  };
  struct InFlight {
    std::string key;
    std::string version;  // that the watch had said
    std::vector<LoadBalancerAddress> addresses;
  };

  void queue(const std::string& key, Entry& entry);
  [[nodiscard]] bool needs_write(const std::string& key, const Entry& entry) const;
  [[nodiscard]] ApiRequest patch(const std::string& key, const Entry& entry) const;
  void on_success(Entry& entry, const InFlight& sent, const std::string& body, TimePoint now);
  // Whether it has to wait, as somebody else overwrites what is written there.
  bool put_off(const std::string& key, Entry& entry, TimePoint now);
  void take_put_off(TimePoint now);
  void pause(const ApiOutcome& outcome, TimePoint now);
  void forgive();
  void note_failure(const std::string& what);

  std::function<bool(const std::string& key)> serves_;
  Duration most_delay_;
  NameMap<Entry> entries_;         // every Ingress there is: what is foreign today may be ours tomorrow
  std::deque<std::string> queue_;  // names of Entries to look at; gone ones are skipped
  std::set<std::pair<TimePoint, std::string>> put_off_;  // to be queued then; gone ones are skipped
  std::optional<InFlight> in_flight_;
  bool is_leader_ = false;
  bool is_clearing_ = false;
  std::optional<std::vector<LoadBalancerAddress>> wanted_;
  TokenBucket bucket_{kBurst, kPeriod};
  std::optional<TimePoint> not_before_;  // after a failure, or for want of a token
  std::optional<TimePoint> forgive_at_;  // when to try again what was refused
  Duration back_off_{};
  bool told_failure_ = false;    // since something was written last
  bool told_overwrite_ = false;  // since this one leads
  std::uint64_t writes_ = 0;
};

}  // namespace headgate::k8swatch
