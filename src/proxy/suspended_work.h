// What a suspended Exchange waits for. Destroying it cancels it: the Exchange does so when it is resumed and
// when it ends.
#pragma once

#include "base/clock.h"
#include "proxy/suspensions.h"
#include "proxy/timer_wheel.h"

namespace headgate::proxy {

class SuspendedWork {
 public:
  SuspendedWork() = default;
  virtual ~SuspendedWork() = default;
  SuspendedWork(const SuspendedWork&) = delete;
  SuspendedWork& operator=(const SuspendedWork&) = delete;
};

// The longest an Exchange waits, whatever it waits for.
class SuspensionDeadline final : public Timer {
 public:
  explicit SuspensionDeadline(Exchange& exchange) : exchange_(exchange) {}
  void on_timeout() override;

 private:
  Exchange& exchange_;
};

}  // namespace headgate::proxy
