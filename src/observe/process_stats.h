// What the kernel knows about this process, for the metrics page.
#pragma once

#include <cstdint>

namespace headgate::observe {

// A value that could not be read is zero.
struct ProcessStats {
  double cpu_seconds = 0;  // user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  double start_time = 0;  // seconds since 1970
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t max_descriptors = 0;
};

// Reads /proc/self; some tens of microseconds. Any thread.
ProcessStats read_process_stats();

}  // namespace headgate::observe
