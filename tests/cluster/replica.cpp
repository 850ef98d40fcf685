// Starting Headgate in the cluster, asking it, ending it.
#include "cluster/replica.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "cluster/private_network.h"
#include "support/headgate_process.h"
#include "support/raw_client.h"

namespace headgate::cluster_test {
namespace {

using test_support::HttpResponse;

std::vector<std::string> command_line(Cluster& cluster, const ReplicaOptions& options,
                                      const test_support::PortReservation& ports) {
  std::vector<std::string> command{"/usr/bin/env", "-i", "POD_NAMESPACE=headgate", "POD_NAME=" + options.name,
                                   "NODE_NAME=node-1"};
  // What sanitizers are told goes on.
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) command.push_back(std::string(name) + "=" + value);
  }
  if (options.in_cluster) {
    command.push_back(std::string("KUBERNETES_SERVICE_HOST=") + kNodeAddress);
    command.push_back("KUBERNETES_SERVICE_PORT=" + std::to_string(Cluster::kApiPort));
  }
  command.push_back(test_support::headgate_binary());
  if (!options.in_cluster) command.push_back("--kubeconfig=" + cluster.headgate_kubeconfig());
  for (const std::string& flag :
       {std::string("--bind-address=127.0.0.1"), "--http-port=" + std::to_string(ports.port(0)),
        "--https-port=" + std::to_string(options.https ? ports.port(2) : 0),
        "--healthz-port=" + std::to_string(ports.port(1)), "--workers=" + std::to_string(options.workers),
        std::string("--access-log-path=/dev/null"), std::string("--shutdown-grace-period=0")})
    command.push_back(flag);
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  // What manifests/ says, where the test says nothing else.
  for (const std::string& flag : cluster.manifest_flags()) {
    const std::string name = flag.substr(0, flag.find('=') + 1);
    const auto is_same = [&](const std::string& given) { return given.starts_with(name); };
    if (std::none_of(command.begin(), command.end(), is_same)) command.push_back(flag);
  }
  return command;
}

HttpResponse ask(std::uint16_t port, std::string_view host, std::string_view path) {
  try {
    return test_support::get(port, host, path);
  } catch (const std::runtime_error& error) {
    HttpResponse none;
    none.problem = error.what();
    return none;
  }
}

std::string end_of(const std::string& text) {
  return text.substr(text.size() - std::min<std::size_t>(text.size(), 6000));
}

}  // namespace

Replica::Replica(Cluster& cluster, const ReplicaOptions& options) : name_(options.name), ports_(3) {
  process_ = std::make_unique<test_support::ChildProcess>(command_line(cluster, options, ports_));
  if (!options.wait_until_ready) return;
  const auto ready = [this] {
    return process_->wait(std::chrono::milliseconds(0)) || admin("/readyz").status == 200;
  };
  if (!test_support::eventually(ready) || process_->wait(std::chrono::milliseconds(0))) {
    const std::string why = admin("/readyz").body;
    kill();
    throw std::runtime_error(name_ + " did not become ready: " + why + "\n" + end_of(log()));
  }
}

Replica::~Replica() { stop(); }

void Replica::kill() {
  process_->signal(SIGKILL);
  process_->wait();
  ended_ = true;
}

void Replica::stop() {
  if (ended_) return;
  ended_ = true;
  process_->signal(SIGTERM);
  const auto status = process_->wait();
  if (!status) {
    ADD_FAILURE() << name_ << " did not end on SIGTERM; its log:\n" << end_of(log());
  } else if (status->code != 0) {
    ADD_FAILURE() << name_ << " ended with code " << status->code << ", signal " << status->signal
                  << "; its log:\n"
                  << end_of(log());
  }
  for (const char* mark : {"Sanitizer", "runtime error:"})
    if (log().find(mark) != std::string::npos) ADD_FAILURE() << "a sanitizer spoke:\n" << end_of(log());
}

HttpResponse Replica::get(std::string_view host, std::string_view path) const {
  return ask(http_port(), host, path);
}

HttpResponse Replica::admin(std::string_view path) const { return ask(admin_port(), "127.0.0.1", path); }

bool Replica::wait_for(std::string_view host, std::string_view path, int status, std::string_view pod,
                       std::chrono::milliseconds within) const {
  return test_support::eventually(
      [&] {
        const HttpResponse response = get(host, path);
        return response.status == status && (pod.empty() || response.field("X-Pod") == std::string(pod));
      },
      within);
}

}  // namespace headgate::cluster_test
