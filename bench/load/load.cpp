// Load generator and backend in one busy-polling thread: the proxy's sends never wake a sleeping peer, so
// that what the proxy's process is charged with is the proxy's own work. Prints one JSON object.
#include <poll.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>

#include "load/backend.h"
#include "load/clients.h"
#include "load/process_watch.h"
#include "load/time.h"

namespace headgate::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kStall = 10 * kSecond;

enum class Input { none, byte, ended };
Input look_at_input() {
  pollfd input{0, POLLIN, 0};
  char byte;
  if (::poll(&input, 1, 0) <= 0) return Input::none;
  return ::read(0, &byte, 1) == 1 ? Input::byte : Input::ended;
}

class Run {
 public:
  explicit Run(const Options& options)
      : options_(options),
        messages_(options),
        memory_(std::make_unique<char[]>(Scratch::kSize)),
        watch_(options.watch, options.count_syscalls, options.allocation_counters),
        backend_(loop_, options_, messages_, tally_, Scratch{memory_.get()}),
        clients_(loop_, options_, messages_, tally_, Scratch{memory_.get()}) {}

  int measure() {
    clients_.start();
    drive(options_.warmup, 0);
    const Usage before = watch_.read();
    const std::uint64_t began = now_ns();
    tally_.begin_window();
    polls_ = idle_polls_ = 0;
    drive(options_.requests != 0 ? 3600 : options_.seconds, options_.requests);
    const std::uint64_t ended = now_ns();
    report(before, watch_.read(), static_cast<double>(ended - began) / kSecond);
    return tally_.faults == 0 && tally_.answers > 0 ? 0 : 1;
  }

  int hold() {
    for (std::size_t count = options_.connections; tally_.faults == 0; count += options_.connections) {
      while (!clients_.hold(count) && tally_.faults == 0) poll();
      std::printf("{\"held\": %zu, \"errors\": %llu}\n", count,
                  static_cast<unsigned long long>(tally_.faults));
      std::fflush(stdout);
      Input input = Input::none;
      while (tally_.faults == 0 && (input = look_at_input()) == Input::none) loop_.poll(10);
      if (input == Input::ended) break;
    }
    print_faults(stderr);
    return tally_.faults == 0 ? 0 : 1;
  }

 private:
  int poll() {
    const int events = loop_.poll(0);
    ++polls_;
    if (events == 0) ++idle_polls_;
    return events;
  }

  // Ends after `seconds`, after `requests` answers where that is not 0, or at the first fault.
  void drive(double seconds, std::uint64_t requests) {
    const std::uint64_t end = now_ns() + static_cast<std::uint64_t>(seconds * kSecond);
    std::uint64_t last_event = now_ns();
    while (tally_.faults == 0 && (requests == 0 || tally_.answers < requests)) {
      const int events = poll();
      const std::uint64_t now = now_ns();
      if (events > 0) last_event = now;
      if (now >= end) return;
      if (now - last_event > kStall) return tally_.fault("client: nothing has moved for 10 s");
    }
  }

  void report(const Usage& before, const Usage& after, double seconds) const {
    const auto number = [](const char* name, double value) { std::printf(", \"%s\": %.9g", name, value); };
    const auto difference = [](std::uint64_t from, std::uint64_t to) {
      return static_cast<double>(to - from);
    };
    std::printf("{\"requests\": %llu", static_cast<unsigned long long>(tally_.answers));
    number("seconds", seconds);
    number("rps", static_cast<double>(tally_.answers) / seconds);
    number("p50_us", static_cast<double>(tally_.latency.quantile(0.5)) / 1000);
    number("p99_us", static_cast<double>(tally_.latency.quantile(0.99)) / 1000);
    number("max_us", static_cast<double>(tally_.latency.max()) / 1000);
    number("bytes", static_cast<double>(tally_.answer_bytes));
    number("upstream_connections", static_cast<double>(tally_.upstream_connections));
    number("handshakes", static_cast<double>(tally_.handshakes));
    number("resumptions", static_cast<double>(tally_.resumptions));
    number("idle_polls", polls_ == 0 ? 0 : static_cast<double>(idle_polls_) / static_cast<double>(polls_));
    number("cpu_ns", difference(before.cpu_ns, after.cpu_ns));
    number("user_ticks", difference(before.user_ticks, after.user_ticks));
    number("system_ticks", difference(before.system_ticks, after.system_ticks));
    if (options_.count_syscalls) number("syscalls", difference(before.syscalls, after.syscalls));
    if (!options_.allocation_counters.empty()) {
      number("allocations", difference(before.allocations, after.allocations));
      number("allocated_bytes", difference(before.allocated_bytes, after.allocated_bytes));
    }
    std::printf(", \"errors\": %llu, ", static_cast<unsigned long long>(tally_.faults));
    print_faults(stdout);
    std::printf("}\n");
  }

  void print_faults(std::FILE* out) const {
    std::fprintf(out, "\"faults\": {");
    const char* separator = "";
    for (const auto& [kind, count] : tally_.fault_kinds) {
      std::fprintf(out, "%s\"%s\": %llu", separator, kind.c_str(), static_cast<unsigned long long>(count));
      separator = ", ";
    }
    std::fprintf(out, "}");
  }

  Options options_;
  Messages messages_;
  Tally tally_;
  std::unique_ptr<char[]> memory_;
  EventLoop loop_;
  ProcessWatch watch_;
  Backend backend_;
  Clients clients_;
  std::uint64_t polls_ = 0;
  std::uint64_t idle_polls_ = 0;
};

}  // namespace
}  // namespace headgate::bench

int main(int argc, char** argv) {
  using namespace headgate::bench;
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  try {
    const Options options = parse_options(argc, argv);
    Run run(options);
    return options.hold ? run.hold() : run.measure();
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "load: %s\n%s", error.what(), usage().c_str());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
