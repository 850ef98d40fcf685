// Asks once whether another replica of this controller is left, for the end: only the last one clears the
// status of Ingresses.
#pragma once

#include <chrono>
#include <cstdint>
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

  enum class Outcome : std::uint8_t { last, another_left, unknown };

  // A server that hangs must not hold the end of the process up.
  static constexpr std::chrono::milliseconds kIdleTimeout{3'000};

  void start(TimePoint now);
  // Nothing: not asked, or no answer yet.
  [[nodiscard]] std::optional<Outcome> outcome() const { return outcome_; }
  // Why the outcome is unknown, for the log.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  void end(Outcome outcome) {
    outcome_ = outcome;
    start_.reset();
  }

  std::string pod_namespace_;
  std::string pod_name_;
  std::optional<TimePoint> start_;
  bool is_waiting_ = false;
  std::optional<StringPairs> labels_;  // of the replicas, once known
  std::optional<Outcome> outcome_;
  std::string reason_;
};

}  // namespace headgate::k8swatch
