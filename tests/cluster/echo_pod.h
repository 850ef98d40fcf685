// A pod of the cluster: `headgate echo` on an address of its own, port 8080.
#pragma once

#include <memory>
#include <string>

#include "support/child_process.h"
#include "support/manifests.h"

namespace headgate::cluster_test {

class EchoPod {
 public:
  static constexpr std::uint16_t kPort = 8080;

  // Listens when the constructor returns; throws std::runtime_error where it does not come to that.
  EchoPod(std::string name, std::string address, std::uint16_t port = kPort);

  [[nodiscard]] const std::string& name() const { return name_; }
  // For an EndpointSlice.
  [[nodiscard]] test_support::PodAddress where(std::string conditions = "{ready: true}") const {
    return {address_, port_, std::move(conditions)};
  }

 private:
  std::string name_;
  std::string address_;
  std::uint16_t port_;
  std::unique_ptr<test_support::ChildProcess> process_;
};

}  // namespace headgate::cluster_test
