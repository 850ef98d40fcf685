// Starting a pod and waiting for its port.
#include "cluster/echo_pod.h"

#include <stdexcept>

#include "support/headgate_process.h"
#include "support/raw_client.h"

namespace headgate::cluster_test {

EchoPod::EchoPod(std::string name, std::string address, std::uint16_t port)
    : name_(std::move(name)), address_(std::move(address)), port_(port) {
  process_ = std::make_unique<test_support::ChildProcess>(
      std::vector<std::string>{test_support::headgate_binary(), "echo",
                               "--bind=" + address_ + ":" + std::to_string(port_), "--name=" + name_});
  const auto listens = [this] {
    try {
      test_support::ClientOptions options;
      options.address = address_;
      test_support::connect_to(port_, options);
      return true;
    } catch (const std::runtime_error&) {
      return process_->wait(std::chrono::milliseconds(0)).has_value();  // ended: no reason to wait
    }
  };
  if (!test_support::eventually(listens) || process_->wait(std::chrono::milliseconds(0)))
    throw std::runtime_error("pod " + name_ + " does not listen: " + process_->standard_error());
}

}  // namespace headgate::cluster_test
