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
  std::uint64_t unhealthy = 0;  // by health checks
  bool is_checked = false;      // health checks are asked for
  std::uint64_t checked = 0;    // endpoints of which checks are made
  std::uint64_t checks = 0;     // since the start
  std::uint64_t failed_checks = 0;
  bool panic = false;                                                 // too few are healthy: all are used
  std::vector<std::pair<std::string_view, std::uint64_t>> ejections;  // by reason, since the start

  void add(const HealthSeries& other) {
    healthy += other.healthy;
    slow_start += other.slow_start;
    ejected += other.ejected;
    unhealthy += other.unhealthy;
    is_checked = is_checked || other.is_checked;
    checked += other.checked;
    checks += other.checks;
    failed_checks += other.failed_checks;
    panic = panic || other.panic;
    for (std::size_t i = 0; i < ejections.size() && i < other.ejections.size(); ++i)
      ejections[i].second += other.ejections[i].second;
  }
};

}  // namespace headgate::observe
