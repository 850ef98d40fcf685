// Asks a credential plugin when a credential is needed and none is at hand, on a thread of its own, and keeps
// the answer until it expires. Control thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "k8swatch/api_delivery.h"
#include "k8swatch/exec_command.h"
#include "k8swatch/exec_credential.h"
#include "k8swatch/kubeconfig.h"

namespace headgate::k8swatch {

class ExecRunner {
 public:
  using Ready = std::function<void(const Result<ExecCredential>&)>;
  // A plugin that failed is not run again before that, and its failure answers meanwhile.
  static constexpr std::chrono::seconds kRest{2};

  // `cluster` makes the `spec.cluster` of the plugin's input each time it is run.
  ExecRunner(ExecPlugin plugin, std::function<std::string()> cluster, ControlPost::Post post);
  // Kills a plugin that runs. Nothing is called any more.
  ~ExecRunner();
  ExecRunner(const ExecRunner&) = delete;
  ExecRunner& operator=(const ExecRunner&) = delete;

  // Calls `ready` once: within the call where the credential is at hand, else when the plugin has ended.
  void get(Ready ready);
  // The credential at hand was refused.
  void forget() { credential_.reset(); }

 private:
  void run();
  void on_ended(Result<ExecCredential> outcome);

  const ExecPlugin plugin_;
  const std::function<std::string()> cluster_;
  const std::shared_ptr<ControlPost> post_;
  std::optional<ExecCredential> credential_;
  std::optional<Error> failure_;
  TimePoint failed_at_{};
  std::vector<Ready> waiting_;
  std::thread thread_;  // joinable while the plugin runs
  int stop_ = -1;       // an eventfd that ends the plugin
};

}  // namespace headgate::k8swatch
