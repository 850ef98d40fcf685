#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <ctime>

namespace headgate::log {
namespace {

std::atomic<Level> threshold{Level::info};
std::atomic<int> destination{STDERR_FILENO};

const char* letter(Level level) {
  switch (level) {
    case Level::error:
      return "E";
    case Level::warning:
      return "W";
    case Level::info:
      return "I";
    case Level::debug:
      return "D";
  }
  return "?";
}

}  // namespace

void set_level(Level level) { threshold.store(level, std::memory_order_relaxed); }

Level level() { return threshold.load(std::memory_order_relaxed); }

void set_descriptor(int descriptor) { destination.store(descriptor, std::memory_order_relaxed); }

bool enabled(Level level) { return level <= threshold.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message) {
  if (!enabled(level)) return;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char stamp[40];
  const std::size_t stamp_size = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ ", &parts);
  std::string line;
  line.reserve(stamp_size + message.size() + 4);
  line.append(stamp, stamp_size).append(letter(level)).append(" ");
  // A message may quote what a tenant or a client wrote: control bytes never reach the terminal.
  for (const char c : message) line += (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) ? ' ' : c;
  line += '\n';
  // The log has no better place to report that it cannot be written.
  [[maybe_unused]] const ssize_t written =
      ::write(destination.load(std::memory_order_relaxed), line.data(), line.size());
}

}  // namespace headgate::log
