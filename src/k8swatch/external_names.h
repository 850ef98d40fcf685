// The names of ExternalName Services in use and the addresses they stand for now: follows TTLs, tries again
// what failed, keeps what was good while nobody can say. Control thread only; holds no timer, its owner asks
// deadline() and calls run_due().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "k8swatch/name_key.h"
#include "k8swatch/name_resolver.h"

namespace headgate::k8swatch {

// Bounds on how often a name is looked up, whatever its records say.
struct NameTimes {
  std::chrono::seconds least_ttl{5};
  std::chrono::seconds most_ttl{300};
  std::chrono::seconds first_retry{1};  // after no address; doubled each time, up to most_retry
  std::chrono::seconds most_retry{30};
};

// What is known about one name.
struct NameState {
  bool answered = false;                 // false: the first look-up is still under way
  std::vector<SocketAddress> addresses;  // port 0, sorted; the last good ones while look-ups fail
  std::string error;                     // of the last look-up; empty: it gave `addresses`
};

class ExternalNames {
 public:
  // `resolver` may be null: names are then never answered (nothing is to be asked over the network).
  // `changed` is called when take_changes() has something to tell. All must outlive this.
  ExternalNames(NameResolver* resolver, std::function<TimePoint()> now, std::function<void()> changed,
                NameTimes times = {});
  ~ExternalNames();
  ExternalNames(const ExternalNames&) = delete;
  ExternalNames& operator=(const ExternalNames&) = delete;

  // One use of `name`, to be released; the first one looks it up.
  void acquire(const std::string& name);
  void release(const std::string& name);
  // Of a name in use. Valid until it is released.
  [[nodiscard]] const NameState& state(std::string_view name) const;
  [[nodiscard]] bool has_resolver() const { return resolver_ != nullptr; }

  // The names in use whose state has changed since the last call.
  std::set<std::string> take_changes() { return std::exchange(changes_, {}); }

  // When run_due() has something to do.
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void run_due(TimePoint now);

 private:
  struct Entry {
    NameState state;
    std::uint32_t uses = 0;
    std::uint64_t serial = 0;       // tells an answer for this Entry from one for an earlier of that name
    std::chrono::seconds retry{0};  // the wait before the next try; 0: the last look-up was good
    std::optional<TimePoint> due;   // nothing: a look-up is under way
  };

  void look_up(const std::string& name, Entry& entry);
  void take(const std::string& name, std::uint64_t serial, NameAnswer answer);

  NameResolver* resolver_;
  std::function<TimePoint()> now_;
  std::function<void()> changed_;
  NameTimes times_;
  NameMap<Entry> entries_;
  std::set<std::pair<TimePoint, std::string>> schedule_;  // the Entries with a due time
  std::set<std::string> changes_;
  std::uint64_t last_serial_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // answers may come after the end
};

}  // namespace headgate::k8swatch
