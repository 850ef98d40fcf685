// Takes half of one CPU away from whatever else runs there, in turns too short to show: pinned to a proxy's
// CPU with a higher real-time priority, it makes sure that the proxy is behind its clients all the time.
#include <ctime>

namespace {

constexpr long kTurn = 200'000;  // nanoseconds, first used up, then slept

long long now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

int main() {
  for (;;) {
    const long long end = now_ns() + kTurn;
    while (now_ns() < end) {
    }
    const timespec rest{0, kTurn};
    ::nanosleep(&rest, nullptr);
  }
}
