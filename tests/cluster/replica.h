// Headgate as a pod of the cluster: it reads the API server with the rights of manifests/.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/cluster.h"
#include "support/child_process.h"
#include "support/http_message.h"
#include "support/port_reservation.h"

namespace headgate::cluster_test {

struct ReplicaOptions {
  std::string name = "headgate-0";  // POD_NAME
  std::vector<std::string> flags{};
  bool in_cluster = false;  // finds the API server as a pod does, not by --kubeconfig
  bool https = false;
  unsigned workers = 1;
  bool wait_until_ready = true;
};

class Replica {
 public:
  // Returns when /readyz says 200; throws std::runtime_error with the log where it does not come to that.
  explicit Replica(Cluster& cluster, const ReplicaOptions& options = {});
  // SIGTERM, and a test failure for any end but exit(0), or for words of a sanitizer.
  ~Replica();

  // SIGKILL: no farewell to anybody.
  void kill();
  // SIGTERM, and judges the end as the destructor does.
  void stop();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint16_t http_port() const { return ports_.port(0); }
  [[nodiscard]] std::uint16_t admin_port() const { return ports_.port(1); }
  [[nodiscard]] std::uint16_t https_port() const { return ports_.port(2); }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] std::string log() const { return process_->standard_error(); }

  // One request on a connection of its own; status 0 where nobody answers.
  [[nodiscard]] test_support::HttpResponse get(std::string_view host, std::string_view path = "/") const;
  [[nodiscard]] test_support::HttpResponse admin(std::string_view path) const;
  // Waits until GET `path` is answered with `status` and, where given, by `pod`.
  [[nodiscard]] bool wait_for(std::string_view host, std::string_view path, int status,
                              std::string_view pod = "",
                              std::chrono::milliseconds within = test_support::kPatience) const;

 private:
  std::string name_;
  test_support::PortReservation ports_;
  std::unique_ptr<test_support::ChildProcess> process_;
  bool ended_ = false;
};

}  // namespace headgate::cluster_test
