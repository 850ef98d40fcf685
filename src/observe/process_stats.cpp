#include "observe/process_stats.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace headgate::observe {
namespace {

std::string read_text(const char* path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The number after `name` in a file of "name: number" lines; 0 where it is missing.
double number_after(const std::string& text, const std::string& name) {
  const std::size_t position = text.find(name);
  if (position == std::string::npos) return 0;
  std::istringstream rest(text.substr(position + name.size()));
  double value = 0;
  rest >> value;
  return value;
}

// Field numbers as in proc(5).
struct StatFields {
  double start_ticks = 0;     // 22
  double virtual_bytes = 0;   // 23
  double resident_pages = 0;  // 24
};

StatFields read_stat() {
  StatFields fields;
  const std::string text = read_text("/proc/self/stat");
  // The program's name, field 2, may itself hold spaces and parentheses.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return fields;
  std::istringstream rest(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) rest >> skipped;
  rest >> fields.start_ticks >> fields.virtual_bytes >> fields.resident_pages;
  return fields;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t count_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), &closedir);
  if (directory == nullptr) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = readdir(directory.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count == 0 ? 0 : count - 1;  // without the one that lists them
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    stats.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  const StatFields fields = read_stat();
  stats.resident_bytes =
      static_cast<std::uint64_t>(fields.resident_pages) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  stats.virtual_bytes = static_cast<std::uint64_t>(fields.virtual_bytes);
  stats.start_time = number_after(read_text("/proc/stat"), "btime ") +
                     fields.start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  const std::string io = read_text("/proc/self/io");
  stats.read_bytes = static_cast<std::uint64_t>(number_after(io, "rchar: "));
  stats.written_bytes = static_cast<std::uint64_t>(number_after(io, "wchar: "));
  stats.open_descriptors = count_descriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_descriptors = limit.rlim_cur;
  return stats;
}

}  // namespace headgate::observe
