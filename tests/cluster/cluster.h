// The cluster that the tests of this program share: the API server, and manifests/ applied to it.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/api_client.h"
#include "cluster/api_server.h"
#include "support/temp_dir.h"

namespace headgate::cluster_test {

// A second namespace for tests, beside `default`.
inline constexpr const char* kElsewhere = "elsewhere";

// How kubectl ended, and what it said.
struct KubectlResult {
  int code = -1;
  std::string output;
  std::string error;
};

class Cluster {
 public:
  static constexpr std::uint16_t kApiPort = 6443;

  // The one of this program, started by the first call. Throws std::runtime_error where that fails.
  static Cluster& shared();

  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  ApiServer& server() { return server_; }
  // Of the administrator; one connection.
  ApiClient& api() { return api_; }

  // As the administrator.
  KubectlResult kubectl(std::vector<std::string> arguments);
  // kubectl apply; a test failure where it is refused.
  void apply(const std::string& yaml);
  // kubectl delete; the same.
  void remove(const std::string& yaml);
  // Everything the tests made in `default` and `elsewhere`, IngressClasses, Headgate's Lease and pods: gone.
  void clean();
  // After the API server has made its credentials anew.
  void reconnect() { api_ = server_.client(); }

  // A kubeconfig of Headgate's ServiceAccount, with what manifests/ allows it and nothing more.
  [[nodiscard]] std::string headgate_kubeconfig() const { return file("headgate.kubeconfig"); }
  // A new token for that account in the file that kubeconfig names; the old one stays valid.
  void renew_headgate_token(std::chrono::seconds lifetime = std::chrono::hours(2));
  [[nodiscard]] std::string headgate_token() const { return read_file(file("headgate.token")); }
  // The arguments of the container in manifests/deployment, as the kubelet would give them.
  [[nodiscard]] const std::vector<std::string>& manifest_flags() const { return manifest_flags_; }
  // What Headgate's account has asked the API server so far: one JSON text for each request.
  [[nodiscard]] std::vector<std::string> audit_log() const;
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

 private:
  Cluster();
  void read_manifest_flags();
  std::string write_temporary(const std::string& yaml);

  test_support::TempDir folder_;
  ApiServer server_;
  ApiClient api_;
  std::vector<std::string> manifest_flags_;
  unsigned temporary_files_ = 0;
};

// Where manifests/ of the project is.
std::string manifests_folder();

}  // namespace headgate::cluster_test
