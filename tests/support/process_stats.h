// What the kernel says about a running process (Linux /proc).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace headgate::test_support {

// What the sanitizer of the binary under test adds to a process that uses little: freed memory kept back, shadow
// memory, red zones.
inline std::size_t sanitizer_kib() {
  const char* const sanitizers = std::getenv("HEADGATE_SANITIZE");  // set by ctest, see headgate_test()
  return sanitizers == nullptr ? 0 : 400 * 1024;
}

// Resident set in KiB; 0 where the process is gone.
inline std::size_t resident_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind("VmRSS:", 0) == 0) return std::strtoull(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

// Open file descriptors; 0 where the process is gone.
inline std::size_t open_descriptors(pid_t pid) {
  std::error_code gone;
  std::size_t count = 0;
  std::filesystem::directory_iterator it("/proc/" + std::to_string(pid) + "/fd", gone);
  for (; !gone && it != std::filesystem::directory_iterator(); it.increment(gone)) ++count;
  return count;
}

}  // namespace headgate::test_support
