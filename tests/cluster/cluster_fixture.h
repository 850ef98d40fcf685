// A test in the shared cluster: pods of its own, the objects it applies, nothing left of the test before.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "cluster/cluster.h"
#include "cluster/echo_pod.h"
#include "cluster/private_network.h"
#include "cluster/replica.h"
#include "support/manifests.h"

namespace headgate::cluster_test {

inline const std::string kIngressPath = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
inline const std::string kSlicePath = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() : cluster(Cluster::shared()) { cluster.clean(); }

  // A pod on an address that no test had before.
  EchoPod& add_pod(const std::string& name) {
    static unsigned addresses = 0;
    ++addresses;
    pods_.push_back(std::make_unique<EchoPod>(name, pod_address(1 + addresses / 200, 1 + addresses % 200)));
    return *pods_.back();
  }
  // A Service with the pod of its own name; YAML.
  std::string service_with_pod(const std::string& name) {
    return test_support::service_at(name, {add_pod(name).where()});
  }
  // An Ingress of the class in manifests/: host, path and Service; YAML.
  static std::string ingress(const std::string& name, const std::string& host, const std::string& service,
                             const std::string& class_name = "headgate", const std::string& path = "/",
                             const std::string& port = "80") {
    test_support::IngressSpec spec;
    spec.name = name;
    spec.class_name = class_name;
    spec.rules = {{host, {{path, "Prefix", service, port}}}};
    return test_support::ingress(spec);
  }
  // What kubectl says for the path; spaces and newlines at the end are cut.
  std::string value(const std::string& object, const std::string& json_path,
                    const std::string& space = "default") {
    KubectlResult result =
        cluster.kubectl({"get", object, "--namespace=" + space, "-o", "jsonpath=" + json_path});
    while (!result.output.empty() && (result.output.back() == '\n' || result.output.back() == ' '))
      result.output.pop_back();
    return result.code == 0 ? result.output : "";
  }

  // A replica of Headgate as the API server knows it, on node-1: no kubelet says so here.
  void add_running_pod(const std::string& name);
  // A node with an address.
  void add_node(const std::string& name, const std::string& address);

  Cluster& cluster;

 private:
  std::vector<std::unique_ptr<EchoPod>> pods_;
};

}  // namespace headgate::cluster_test
