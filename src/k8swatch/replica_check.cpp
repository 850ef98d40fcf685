#include "k8swatch/replica_check.h"

#include <algorithm>
#include <utility>

#include "k8swatch/api_answer.h"

namespace headgate::k8swatch {

ReplicaCheck::ReplicaCheck(std::string pod_namespace, std::string pod_name)
    : pod_namespace_(std::move(pod_namespace)), pod_name_(std::move(pod_name)) {}

void ReplicaCheck::start(TimePoint now) { start_ = now; }

std::optional<TimePoint> ReplicaCheck::deadline() const { return is_waiting_ ? std::nullopt : start_; }

std::optional<ApiRequest> ReplicaCheck::next_request(const Moment& now) {
  if (is_waiting_ || !start_ || now.at < *start_) return std::nullopt;
  is_waiting_ = true;
  ApiRequest request =
      labels_ ? pods_request(pod_namespace_, *labels_) : pod_request(pod_namespace_, pod_name_);
  request.idle_timeout = kIdleTimeout;
  return request;
}

void ReplicaCheck::on_answer(const ApiOutcome& outcome, const Moment&) {
  is_waiting_ = false;
  Result<std::vector<ControllerPod>> pods = is_success(status_of(outcome))
                                                ? read_pods(std::get<ApiResponse>(outcome).body)
                                                : fail(describe_failure(outcome));
  if (pods && !labels_ && pods->size() != 1)
    pods = fail("there is no pod " + pod_namespace_ + "/" + pod_name_);
  if (!pods) {
    reason_ = pods.error().message;
    end(Outcome::unknown);
    return;
  }
  if (!labels_) {
    labels_ = labels_of_replicas(pods->front());
    if (labels_->empty()) end(Outcome::last);  // nothing tells others of its kind from strangers
    return;
  }
  // Those that end as well would each leave the status to the other.
  const auto is_left = [this](const ControllerPod& pod) {
    return pod.name != pod_name_ && !pod.is_ending && pod.phase != "Succeeded" && pod.phase != "Failed";
  };
  end(std::any_of(pods->begin(), pods->end(), is_left) ? Outcome::another_left : Outcome::last);
}

}  // namespace headgate::k8swatch
