// The parts of Services, Pods and Nodes that say where a controller is reached. They are read when they are
// needed, never watched.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "k8swatch/api_transport.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Asks for one object by listing: whoever may list need not be allowed to get as well.
ApiRequest service_request(const std::string& namespace_name, const std::string& name);
ApiRequest pod_request(const std::string& namespace_name, const std::string& name);
// The pods with all of these labels.
ApiRequest pods_request(const std::string& namespace_name, const StringPairs& labels);
ApiRequest node_request(const std::string& name);

struct PublishedService {
  std::string type;  // "ClusterIP" also when absent
  std::string cluster_ip;
  std::string external_name;
  std::vector<std::string> external_ips;
  std::vector<LoadBalancerAddress> addresses;  // status.loadBalancer.ingress
};
// Of the answer to service_request(). Fails where it is no list with one Service.
Result<PublishedService> read_service(const std::string& text);

// Where clients reach what the Service publishes; by type as ingress-nginx decides it. Fails where there can
// be no such address.
Result<std::vector<LoadBalancerAddress>> addresses_of(const PublishedService& service);

struct ControllerPod {
  std::string name;
  std::string node;
  std::string phase;
  bool is_ready = false;
  bool is_ending = false;  // has a deletionTimestamp
  StringPairs labels;
};
// Of the answer to pod_request() and pods_request().
Result<std::vector<ControllerPod>> read_pods(const std::string& text);

// The labels that all replicas have in common: those of the pod without what tells its generation.
StringPairs labels_of_replicas(const ControllerPod& pod);

// Of the answer to node_request(): its external address, or its internal one if it has none or `internal` is
// asked for; empty: it has neither.
Result<std::string> read_node_address(const std::string& text, bool internal);

}  // namespace headgate::k8swatch
