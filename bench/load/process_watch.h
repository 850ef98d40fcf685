// What the watched processes have used so far: CPU time, system calls, allocations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/fd.h"

namespace headgate::bench {

// Sums over all threads of all watched processes.
struct Usage {
  std::uint64_t cpu_ns = 0;      // /proc/PID/task/*/schedstat
  std::uint64_t user_ticks = 0;  // /proc/PID/stat: for the share of user space only, too coarse for more
  std::uint64_t system_ticks = 0;
  std::uint64_t syscalls = 0;
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
};

// Owned by main. Reads in the thread that also counts answers, so that both belong to the same moment.
class ProcessWatch {
 public:
  // Throws std::runtime_error where something asked for cannot be had.
  ProcessWatch(std::vector<int> pids, bool count_syscalls, const std::string& allocation_counters);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  [[nodiscard]] Usage read() const;

 private:
  void open_syscall_counters();

  std::vector<int> pids_;
  std::vector<Fd> syscall_counters_;                    // one perf event for each thread
  const std::uint64_t* allocation_counters_ = nullptr;  // mapped: calls, bytes
};

}  // namespace headgate::bench
