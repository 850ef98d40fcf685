#include "load/options.h"

#include <charconv>
#include <stdexcept>
#include <string_view>

#include "net/tcp.h"

namespace headgate::bench {
namespace {

template <typename Number>
Number number(std::string_view option, std::string_view text, Number low, Number high) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw std::invalid_argument(std::string(option) + ": not a number in range: " + std::string(text));
  return value;
}

// True when `option` was a switch without value.
bool take_switch(Options& options, std::string_view option) {
  if (option == "--minimal") return options.minimal = true;
  if (option == "--chunked") return options.chunked = true;
  if (option == "--reconnect") return options.reconnect = true;
  if (option == "--hold") return options.hold = true;
  if (option == "--resume") return options.resume = true;
  if (option == "--count-syscalls") return options.count_syscalls = true;
  return false;
}

void take_value(Options& options, std::string_view option, std::string_view value) {
  constexpr std::size_t kMaxBody = 64 * 1024 * 1024;
  if (option == "--target") {
    options.target = parse_address(std::string(value));
  } else if (option == "--backend-port") {
    options.backend_port = number<std::uint16_t>(option, value, 1, 65535);
  } else if (option == "--connections") {
    options.connections = number<std::size_t>(option, value, 1, 100000);
  } else if (option == "--warmup") {
    options.warmup = number<double>(option, value, 0, 3600);
  } else if (option == "--seconds") {
    options.seconds = number<double>(option, value, 0.01, 3600);
  } else if (option == "--requests") {
    options.requests = number<std::uint64_t>(option, value, 1, 1'000'000'000'000);
  } else if (option == "--body") {
    options.body = number<std::size_t>(option, value, 0, kMaxBody);
  } else if (option == "--upload") {
    options.upload = number<std::size_t>(option, value, 1, kMaxBody);
  } else if (option == "--sources") {
    options.sources = number<std::size_t>(option, value, 1, 60000);
  } else if (option == "--hosts") {
    options.hosts = number<std::size_t>(option, value, 1, 100000);
  } else if (option == "--tls") {
    options.tls_certificate = value;
  } else if (option == "--streams") {
    options.streams = number<std::size_t>(option, value, 1, 1000);
  } else if (option == "--watch") {
    options.watch.push_back(number<int>(option, value, 1, 1 << 30));
  } else if (option == "--allocation-counters") {
    options.allocation_counters = value;
  } else {
    throw std::invalid_argument("unknown option " + std::string(option));
  }
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (take_switch(options, option)) continue;
    if (i + 1 == argc)
      throw std::invalid_argument(std::string(option) + ": unknown, or its value is missing");
    take_value(options, option, argv[++i]);
  }
  if (options.target.sin_port == 0) throw std::invalid_argument("--target is missing");
  if (options.backend_port == 0) throw std::invalid_argument("--backend-port is missing");
  if (options.minimal && options.upload != 0)
    throw std::invalid_argument("--minimal and --upload exclude each other");
  if (options.resume && (options.tls_certificate.empty() || !options.reconnect))
    throw std::invalid_argument("--resume needs --tls and --reconnect");
  if (options.streams != 0 && options.tls_certificate.empty())
    throw std::invalid_argument("--streams needs --tls");
  if (options.streams != 0 && (options.hold || options.reconnect || options.upload != 0))
    throw std::invalid_argument("--streams excludes --hold, --reconnect and --upload");
  return options;
}

std::string usage() {
  return "usage: load --target ADDRESS:PORT --backend-port PORT\n"
         "  --connections N  --warmup S  --seconds S | --requests N\n"
         "  --body BYTES  --upload BYTES  --minimal  --chunked  --reconnect  --sources N  --hosts N\n"
         "  --tls FILE  --resume  --streams N\n"
         "  --hold  --watch PID …  --count-syscalls  --allocation-counters FILE\n";
}

}  // namespace headgate::bench
