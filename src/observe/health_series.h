// The health of one Cluster's endpoints at one moment, for the metrics page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headgate::observe {

struct HealthSeries {
  std::string namespace_name;
  std::string service;
  std::string port;
  // Endpoints by state; each is counted once.
  std::uint64_t healthy = 0;
  std::uint64_t slow_start = 0;
  std::uint64_t ejected = 0;
  bool panic = false;                                                 // too few are healthy: all are used
  std::vector<std::pair<std::string_view, std::uint64_t>> ejections;  // by reason, since the start

  void add(const HealthSeries& other) {
    healthy += other.healthy;
    slow_start += other.slow_start;
    ejected += other.ejected;
    panic = panic || other.panic;
    for (std::size_t i = 0; i < ejections.size() && i < other.ejections.size(); ++i)
      ejections[i].second += other.ejections[i].second;
  }
};

}  // namespace headgate::observe
