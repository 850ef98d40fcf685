#include "app/cpu_quota.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

namespace headgate::app {
namespace {

unsigned scheduled_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(CPU_COUNT(&set), 1));
}

// The quota in CPUs; 0 where there is none.
double quota_v2(const std::string& root) {
  std::ifstream file(root + "/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
  const double value = std::strtod(quota.c_str(), nullptr);
  return std::isfinite(value) ? value / period : 0;
}

double quota_v1(const std::string& root) {
  std::ifstream quota_file(root + "/cpu/cpu.cfs_quota_us");
  std::ifstream period_file(root + "/cpu/cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  if (!(quota_file >> quota) || !(period_file >> period) || quota <= 0 || period <= 0) return 0;
  return quota / period;
}

}  // namespace

unsigned usable_cpus(const std::string& cgroup_root) {
  const unsigned cpus = scheduled_cpus();
  double quota = quota_v2(cgroup_root);
  if (quota <= 0) quota = quota_v1(cgroup_root);
  if (quota <= 0) return cpus;
  return std::clamp(static_cast<unsigned>(std::ceil(std::min(quota, 4096.0))), 1U, cpus);
}

}  // namespace headgate::app
