// Something that from time to time has a request for the API server: leader election and the writers. A pure
// state machine: time comes in as an argument, requests go out, answers come back. ApiTaskRunner drives it.
#pragma once

#include <optional>

#include "base/clock.h"
#include "k8swatch/api_transport.h"
#include "k8swatch/moment.h"

namespace headgate::k8swatch {

class ApiTask {
 public:
  // When next_request() is to be called, whether or not a request is under way; nothing: not before
  // something happens (an answer, or a call of the task's own functions).
  [[nodiscard]] virtual std::optional<TimePoint> deadline() const = 0;
  // The request to make now, if any. At most one is under way: nothing while its answer is awaited.
  virtual std::optional<ApiRequest> next_request(const Moment& now) = 0;
  // The answer to the last request, once.
  virtual void on_answer(const ApiOutcome& outcome, const Moment& now) = 0;

 protected:
  ~ApiTask() = default;
};

}  // namespace headgate::k8swatch
