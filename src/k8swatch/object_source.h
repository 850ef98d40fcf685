// Where objects come from: a folder of manifests or the Kubernetes API, as the application drives it. Control
// thread only.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/result.h"

namespace headgate::k8swatch {

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  // To be called once. May read all there is and say synced(), or only begin to. Fails where the source
  // cannot be read at all and waiting would not help.
  virtual Result<void> start(TimePoint now) = 0;
  // Readable when on_readable() is to be called; -1: there is none.
  [[nodiscard]] virtual int descriptor() const { return -1; }
  virtual void on_readable(TimePoint) {}
  // `wake` is called when something happened outside of any call: the sink was told something, or deadline()
  // changed. To be set before start().
  virtual void set_wake(std::function<void()>) {}
  virtual void run_due(TimePoint now) = 0;
  // When run_due() wants to be called; nothing: not before something happens.
  [[nodiscard]] virtual std::optional<TimePoint> deadline() const = 0;
};

}  // namespace headgate::k8swatch
