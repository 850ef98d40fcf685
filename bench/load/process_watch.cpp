#include "load/process_watch.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace headgate::bench {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<int> threads_of(int pid) {
  std::vector<int> threads;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task"))
    threads.push_back(std::stoi(entry.path().filename().string()));
  return threads;
}

// utime and stime, fields 14 and 15; the second field is a name that may hold anything but ends with ')'.
void add_ticks(int pid, Usage& usage) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  usage.user_ticks += user;
  usage.system_ticks += system;
}

}  // namespace

ProcessWatch::ProcessWatch(std::vector<int> pids, bool count_syscalls, const std::string& allocation_counters)
    : pids_(std::move(pids)) {
  if (count_syscalls) open_syscall_counters();
  if (allocation_counters.empty()) return;
  const Fd file(::open(allocation_counters.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) throw std::runtime_error(allocation_counters + ": " + std::strerror(errno));
  void* page = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file.get(), 0);
  if (page == MAP_FAILED) throw std::runtime_error(allocation_counters + ": " + std::strerror(errno));
  allocation_counters_ = static_cast<const std::uint64_t*>(page);
}

ProcessWatch::~ProcessWatch() {
  if (allocation_counters_ != nullptr) ::munmap(const_cast<std::uint64_t*>(allocation_counters_), 4096);
}

void ProcessWatch::open_syscall_counters() {
  const std::string id = read_file("/sys/kernel/tracing/events/raw_syscalls/sys_enter/id");
  if (id.empty()) throw std::runtime_error("no tracepoint raw_syscalls:sys_enter (is tracefs mounted?)");
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_TRACEPOINT;
  attributes.config = std::stoull(id);
  for (const int pid : pids_)
    for (const int thread : threads_of(pid)) {
      Fd counter(static_cast<int>(
          ::syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC)));
      if (!counter.valid()) throw std::runtime_error(std::string("perf_event_open: ") + std::strerror(errno));
      syscall_counters_.push_back(std::move(counter));
    }
}

Usage ProcessWatch::read() const {
  Usage usage;
  for (const int pid : pids_) {
    for (const int thread : threads_of(pid)) {
      std::istringstream schedstat(
          read_file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(thread) + "/schedstat"));
      std::uint64_t running = 0;
      schedstat >> running;
      usage.cpu_ns += running;
    }
    add_ticks(pid, usage);
  }
  for (const Fd& counter : syscall_counters_) {
    std::uint64_t count = 0;
    if (::read(counter.get(), &count, sizeof count) == sizeof count) usage.syscalls += count;
  }
  if (allocation_counters_ != nullptr) {
    usage.allocations = __atomic_load_n(&allocation_counters_[0], __ATOMIC_RELAXED);
    usage.allocated_bytes = __atomic_load_n(&allocation_counters_[1], __ATOMIC_RELAXED);
  }
  return usage;
}

}  // namespace headgate::bench
