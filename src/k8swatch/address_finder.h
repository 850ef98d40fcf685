// Finds out where clients reach this controller, for the status of Ingresses: what a flag says, what a
// Service has, or the nodes that its running pods are on. Looks again from time to time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "k8swatch/api_task.h"
#include "k8swatch/status_objects.h"

namespace headgate::k8swatch {

struct AddressOptions {
  std::vector<LoadBalancerAddress> fixed;  // --publish-status-address; not empty: that is all
  std::string publish_service;             // --publish-service, "namespace/name"; else not empty: it decides
  // Else the nodes.
  std::string pod_namespace;                     // POD_NAMESPACE
  std::string pod_name;                          // POD_NAME
  bool internal_node_address = false;            // --report-node-internal-ip-address
  Duration interval = std::chrono::seconds(60);  // --status-update-interval
};

// Control thread only. Rests until look() is called for the first time.
class AddressFinder final : public ApiTask {
 public:
  explicit AddressFinder(AddressOptions options);

  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  std::optional<ApiRequest> next_request(const Moment& now) override;
  void on_answer(const ApiOutcome& outcome, const Moment& now) override;

  // Looks now, and from now on every `interval`.
  void look(TimePoint now);
  // Looks no more; what is under way counts for nothing.
  void rest();

  // Normalised. Nothing: not known yet, or resting. What was found last stays when looking fails.
  [[nodiscard]] const std::optional<std::vector<LoadBalancerAddress>>& addresses() const {
    return addresses_;
  }

 private:
  enum class Step { begin, service, own_pod, pods, nodes };

  void on_service(const ApiResponse& response, TimePoint now);
  void on_own_pod(const ApiResponse& response, TimePoint now);
  void on_pods(const ApiResponse& response, TimePoint now);
  void on_node(const ApiOutcome& outcome, TimePoint now);
  void found(std::vector<LoadBalancerAddress> addresses, TimePoint now);
  void failed(const std::string& why, TimePoint now);
  void keep_nodes_of(const std::vector<ControllerPod>& pods, TimePoint now);

  AddressOptions options_;
  std::optional<TimePoint> next_look_;  // nothing: resting
  Step step_ = Step::begin;
  bool is_waiting_ = false;         // for an answer
  bool look_again_ = false;         // asked for while a look was under way
  StringPairs labels_;              // of the replicas
  std::vector<std::string> nodes_;  // still to be asked for, from the back
  std::vector<LoadBalancerAddress> found_;
  std::optional<std::vector<LoadBalancerAddress>> addresses_;
  std::string last_failure_;  // has been logged
};

}  // namespace headgate::k8swatch
