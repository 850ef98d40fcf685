#include "k8swatch/address_finder.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "k8swatch/api_answer.h"
#include "k8swatch/load_balancer_address.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRetry = 5s;  // after a failure, where `interval` is not shorter

}  // namespace

AddressFinder::AddressFinder(AddressOptions options) : options_(std::move(options)) {
  normalise(options_.fixed);
}

void AddressFinder::look(TimePoint now) {
  if (next_look_ && step_ != Step::begin) {
    look_again_ = true;
    return;
  }
  next_look_ = now;
}

void AddressFinder::rest() {
  next_look_.reset();
  look_again_ = false;
  step_ = Step::begin;
  addresses_.reset();
  last_failure_.clear();
}

std::optional<TimePoint> AddressFinder::deadline() const {
  if (is_waiting_) return std::nullopt;
  return next_look_;
}

std::optional<ApiRequest> AddressFinder::next_request(const Moment& now) {
  if (is_waiting_ || !next_look_ || now.at < *next_look_) return std::nullopt;
  if (!options_.fixed.empty()) {
    found(options_.fixed, now.at);
    return std::nullopt;
  }
  if (step_ == Step::begin) {
    found_.clear();
    nodes_.clear();
    step_ = options_.publish_service.empty() ? Step::own_pod : Step::service;
  }
  is_waiting_ = true;
  const std::string& service = options_.publish_service;
  const std::size_t slash = service.find('/');
  switch (step_) {
    case Step::begin:
      break;
    case Step::service:
      return service_request(service.substr(0, slash), service.substr(slash + 1));
    case Step::own_pod:
      return pod_request(options_.pod_namespace, options_.pod_name);
    case Step::pods:
      return pods_request(options_.pod_namespace, labels_);
    case Step::nodes:
      return node_request(nodes_.back());
  }
  is_waiting_ = false;
  return std::nullopt;
}

void AddressFinder::on_answer(const ApiOutcome& outcome, const Moment& now) {
  is_waiting_ = false;
  if (step_ == Step::begin) return;  // rest() was called meanwhile
  if (step_ == Step::nodes) {
    on_node(outcome, now.at);
    return;
  }
  if (!is_success(status_of(outcome))) {
    failed(describe_failure(outcome), now.at);
    return;
  }
  const auto& response = std::get<ApiResponse>(outcome);
  switch (step_) {
    case Step::service:
      on_service(response, now.at);
      return;
    case Step::own_pod:
      on_own_pod(response, now.at);
      return;
    case Step::pods:
      on_pods(response, now.at);
      return;
    case Step::begin:
    case Step::nodes:
      return;
  }
}

void AddressFinder::on_service(const ApiResponse& response, TimePoint now) {
  const Result<PublishedService> service = read_service(response.body);
  if (!service) {
    failed(service.error().message, now);
    return;
  }
  Result<std::vector<LoadBalancerAddress>> addresses = addresses_of(*service);
  if (!addresses) {
    failed(addresses.error().message, now);
    return;
  }
  found(*std::move(addresses), now);
}

void AddressFinder::on_own_pod(const ApiResponse& response, TimePoint now) {
  const Result<std::vector<ControllerPod>> pods = read_pods(response.body);
  if (!pods || pods->size() != 1) {
    failed(
        pods ? "there is no pod " + options_.pod_namespace + "/" + options_.pod_name : pods.error().message,
        now);
    return;
  }
  labels_ = labels_of_replicas(pods->front());
  if (labels_.empty()) {
    keep_nodes_of(*pods, now);  // nothing tells others of its kind from strangers
    return;
  }
  step_ = Step::pods;
  next_look_ = now;
}

void AddressFinder::on_pods(const ApiResponse& response, TimePoint now) {
  const Result<std::vector<ControllerPod>> pods = read_pods(response.body);
  if (!pods) {
    failed(pods.error().message, now);
    return;
  }
  keep_nodes_of(*pods, now);
}

void AddressFinder::keep_nodes_of(const std::vector<ControllerPod>& pods, TimePoint now) {
  for (const ControllerPod& pod : pods) {
    // This one works, whether or not it has been found ready yet.
    const bool serves = pod.name == options_.pod_name || (pod.phase == "Running" && pod.is_ready);
    if (serves && !pod.node.empty()) nodes_.push_back(pod.node);
  }
  std::sort(nodes_.begin(), nodes_.end());
  nodes_.erase(std::unique(nodes_.begin(), nodes_.end()), nodes_.end());
  if (nodes_.empty()) {
    failed("no pod is on a node", now);
    return;
  }
  step_ = Step::nodes;
  next_look_ = now;
}

void AddressFinder::on_node(const ApiOutcome& outcome, TimePoint now) {
  const std::string name = std::exchange(nodes_.back(), {});
  nodes_.pop_back();
  const int status = status_of(outcome);
  // A node that is gone has no address; one that cannot be read may have.
  if (status != 404) {
    if (!is_success(status)) {
      failed("node " + name + ": " + describe_failure(outcome), now);
      return;
    }
    const Result<std::string> address =
        read_node_address(std::get<ApiResponse>(outcome).body, options_.internal_node_address);
    if (!address) {
      failed("node " + name + ": " + address.error().message, now);
      return;
    }
    if (!address->empty()) found_.push_back(load_balancer_address(*address));
  }
  if (nodes_.empty()) {
    normalise(found_);
    found(std::move(found_), now);
    return;
  }
  next_look_ = now;
}

void AddressFinder::found(std::vector<LoadBalancerAddress> addresses, TimePoint now) {
  last_failure_.clear();
  if (addresses_ != addresses) log::info("status of Ingresses: the addresses are " + to_string(addresses));
  addresses_ = std::move(addresses);
  step_ = Step::begin;
  next_look_ = std::exchange(look_again_, false) ? now : now + options_.interval;
}

void AddressFinder::failed(const std::string& why, TimePoint now) {
  std::string what = "status of Ingresses: cannot tell the addresses ";
  what += options_.publish_service.empty() ? "of the nodes" : "of Service " + options_.publish_service;
  what += ": " + why;
  if (what != last_failure_) log::warning(what);
  last_failure_ = std::move(what);
  step_ = Step::begin;
  look_again_ = false;
  next_look_ = now + std::min(kRetry, options_.interval);
}

}  // namespace headgate::k8swatch
