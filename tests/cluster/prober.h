// A client that asks again and again: on one connection, on a new one after the last answer Headgate allows
// on it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/raw_client.h"

namespace headgate::cluster_test {

class Prober {
 public:
  explicit Prober(std::uint16_t port) : port_(port) {}

  test_support::HttpResponse ask(const std::string& request);

 private:
  std::uint16_t port_;
  std::optional<test_support::RawClient> client_;
};

// Asks at a steady pace in a thread of its own, for as long as it lives, and notes everything that is not
// 200. Unlike an HttpLoad it leaves the machine to others.
class SteadyProbe {
 public:
  static constexpr std::chrono::milliseconds kPace{5};

  SteadyProbe(std::uint16_t port, const std::string& host);
  // Stops and joins.
  ~SteadyProbe();
  SteadyProbe(const SteadyProbe&) = delete;
  SteadyProbe& operator=(const SteadyProbe&) = delete;

  [[nodiscard]] std::size_t answered() const { return answered_.load(); }
  // Stops; in words, empty is what a test wants.
  const std::vector<std::string>& stop();

 private:
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> answered_{0};
  std::vector<std::string> faults_;
  std::thread thread_;
};

}  // namespace headgate::cluster_test
