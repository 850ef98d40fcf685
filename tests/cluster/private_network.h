// A network and a mount table that only this process and its children see: the cluster of a test lives in it.
#pragma once

#include <string>

namespace headgate::cluster_test {

// The addresses of the network, all on its loopback interface.
inline constexpr const char* kNodeAddress = "172.16.0.1";  // of the API server
// Pods are 10.244.0.0/16: every address of it can be listened on.
inline std::string pod_address(unsigned node, unsigned pod) {
  return "10.244." + std::to_string(node) + "." + std::to_string(pod);
}

// Moves this process there; call it once, before any thread is started. /run is empty and writable there,
// because a pod finds its credentials in /var/run/secrets. Throws std::runtime_error where the system does
// not allow it (it takes root, or user namespaces).
void enter_private_network();

// False: nothing gets to kNodeAddress or away from it, and nobody is told so, as behind a dead switch.
void set_node_reachable(bool reachable);

}  // namespace headgate::cluster_test
