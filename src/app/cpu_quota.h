// How many CPUs this process may use.
#pragma once

#include <string>

namespace headgate::app {

// The CPU quota of the control group (version 2 or 1) found under `cgroup_root`, rounded up as ingress-nginx
// does; no more than the CPUs the scheduler lets us run on; at least 1.
unsigned usable_cpus(const std::string& cgroup_root = "/sys/fs/cgroup");

}  // namespace headgate::app
