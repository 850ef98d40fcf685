// Asks once whether another replica of this controller is left, for the end: only the last one clears the
// status of Ingresses.
#pragma once

#include <optional>
#include <string>

#include "k8swatch/api_task.h"
#include "k8swatch/status_objects.h"

namespace headgate::k8swatch {

// Control thread only. Rests until start().
class ReplicaCheck final : public ApiTask {
 public:
  ReplicaCheck(std::string pod_namespace, std::string pod_name);

  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  std::optional<ApiRequest> next_request(const Moment& now) override;
  void on_answer(const ApiOutcome& outcome, const Moment& now) override;

  void start(TimePoint now);
  // Nothing: not known yet. What cannot be found out counts as "another is left".
  [[nodiscard]] std::optional<bool> is_last() const { return is_last_; }

 private:
  void end(bool is_last) {
    is_last_ = is_last;
    start_.reset();
  }

  std::string pod_namespace_;
  std::string pod_name_;
  std::optional<TimePoint> start_;
  bool is_waiting_ = false;
  std::optional<StringPairs> labels_;  // of the replicas, once known
  std::optional<bool> is_last_;
};

}  // namespace headgate::k8swatch
