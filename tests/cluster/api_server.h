// The real API server (tests/cluster/apiserver) as a process of the test.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cluster/api_client.h"
#include "support/child_process.h"

namespace headgate::cluster_test {

class ApiServer {
 public:
  // Keeps its data in `folder`. Returns when it is ready; throws std::runtime_error with its last words where
  // it does not become so. `flags`: further ones for kube-apiserver.
  ApiServer(std::filesystem::path folder, std::uint16_t port, std::vector<std::string> flags = {});

  // Ends it without a word to anybody, as a machine does that loses power; its data stay.
  void kill();
  // After kill(): the same again, with the same data; `further`: flags for this time only.
  void start(const std::vector<std::string>& further = {});
  // It does not answer, and connections stay open: a machine that hangs.
  void freeze() const { process_->signal(SIGSTOP); }
  void thaw() const { process_->signal(SIGCONT); }

  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  // Of the administrator.
  [[nodiscard]] std::string kubeconfig() const { return file("kubeconfig").string(); }
  [[nodiscard]] const std::string& administrator_token() const { return token_; }
  // A connection of its own for the administrator.
  [[nodiscard]] ApiClient client() const { return ApiClient(token_, port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

 private:
  std::filesystem::path folder_;
  std::uint16_t port_;
  std::vector<std::string> flags_;
  std::string token_;
  std::unique_ptr<test_support::ChildProcess> process_;
};

// Whole content; throws std::runtime_error.
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& content);
// A program that tests/cluster/build makes ("apiserver", "kubectl"); throws where it is not there.
std::string cluster_program(const std::string& name);

}  // namespace headgate::cluster_test
