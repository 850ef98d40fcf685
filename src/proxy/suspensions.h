// The Exchanges of one Worker that wait for something outside of them, by serial number: whoever brings what
// they wait for finds nothing where the Exchange has ended meanwhile, or its object serves another request.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "policy/denial.h"

namespace headgate::proxy {

class Exchange;
class IoLoop;

using SuspensionSerial = std::uint64_t;  // 0: none

// Owned by the Worker, used by its thread.
class Suspensions {
 public:
  Suspensions() = default;
  Suspensions(const Suspensions&) = delete;
  Suspensions& operator=(const Suspensions&) = delete;

  SuspensionSerial add(Exchange& exchange) {
    exchanges_.emplace(++last_, &exchange);
    return last_;
  }
  void remove(SuspensionSerial serial) { exchanges_.erase(serial); }
  // Null: it has ended, or was resumed.
  [[nodiscard]] Exchange* find(SuspensionSerial serial) const {
    const auto at = exchanges_.find(serial);
    return at == exchanges_.end() ? nullptr : at->second;
  }
  [[nodiscard]] std::size_t size() const { return exchanges_.size(); }

 private:
  std::unordered_map<SuspensionSerial, Exchange*> exchanges_;
  SuspensionSerial last_ = 0;
};

// The right to resume one suspended Exchange, from any thread, by a call posted to its Worker. Void once the
// Exchange has ended. Copies mean the same suspension: the first one counts. Must not outlive the Worker: who
// keeps one is stopped before the DataPlane is destroyed.
class Resumer {
 public:
  Resumer(IoLoop& loop, Suspensions& suspensions, SuspensionSerial serial)
      : loop_(&loop), suspensions_(&suspensions), serial_(serial) {}

  // Nothing: the Exchange goes on with its next access Step; else that is its answer.
  void resume(std::optional<policy::Denial> denial) const;

 private:
  IoLoop* loop_;
  Suspensions* suspensions_;
  SuspensionSerial serial_;
};

}  // namespace headgate::proxy
