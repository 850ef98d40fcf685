// fakeapi: the double as a program, for scripts and benches. Runs until SIGTERM or SIGINT.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakeapi/fake_api.h"

namespace {

using headgate::fakeapi::FakeApi;
using headgate::fakeapi::FakeApiOptions;

constexpr const char* kUsage = R"(usage: fakeapi [flags]
  --address ADDRESS        where to listen (127.0.0.1)
  --port PORT              0: one that is free (0)
  --tls                    HTTPS with a certificate of its own authority
  --token TOKEN            the token that is let in; without it everybody is
  --kubeconfig FILE        writes a kubeconfig for kubectl and headgate
  --load FILE              manifests to begin with; may be given more than once
  --preload N              N Ingresses i0000 … with Service and EndpointSlice
  --ingress-class NAME     of the preloaded Ingresses (nginx)
  --bookmarks MS           a bookmark to every watch so often
  --no-watch-list          refuses sendInitialEvents, as servers before 1.32 do
  --no-managed-fields      objects without metadata.managedFields
  --no-validation          takes objects that a real server refuses
Prints "listening on URL" when it answers.
)";

struct Arguments {
  FakeApiOptions options;
  std::string kubeconfig;
  std::vector<std::string> manifests;
  std::size_t preload = 0;
  std::string ingress_class = "nginx";
};

std::size_t number(std::string_view flag, const std::string& text, std::size_t most) {
  std::size_t used = 0;
  unsigned long value = 0;
  try {
    value = std::stoul(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || text.front() == '-' || value > most) {
    throw std::invalid_argument(std::string(flag) + ": \"" + text + "\" is not a number up to " +
                                std::to_string(most));
  }
  return value;
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  FakeApiOptions& options = arguments.options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& flag = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw std::invalid_argument(flag + " needs a value");
      return words[++i];
    };
    if (flag == "--address") {
      options.address = value();
    } else if (flag == "--port") {
      options.port = static_cast<std::uint16_t>(number(flag, value(), 65535));
    } else if (flag == "--tls") {
      options.tls = true;
    } else if (flag == "--token") {
      options.token = value();
    } else if (flag == "--kubeconfig") {
      arguments.kubeconfig = value();
    } else if (flag == "--load") {
      arguments.manifests.push_back(value());
    } else if (flag == "--preload") {
      arguments.preload = number(flag, value(), 1000000);
    } else if (flag == "--ingress-class") {
      arguments.ingress_class = value();
    } else if (flag == "--bookmarks") {
      options.knobs.bookmark_interval = std::chrono::milliseconds(number(flag, value(), 86400000));
    } else if (flag == "--no-watch-list") {
      options.knobs.watch_list = false;
    } else if (flag == "--no-managed-fields") {
      options.managed_fields = false;
    } else if (flag == "--no-validation") {
      options.validation = false;
    } else {
      throw std::invalid_argument("unknown flag " + flag);
    }
  }
  return arguments;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + path);
  return text.str();
}

void run(const Arguments& arguments) {
  // Blocked before the double's thread starts, so that the signal comes to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  FakeApi api(arguments.options);
  for (const std::string& path : arguments.manifests) {
    try {
      api.apply(read_file(path));
    } catch (const std::exception& error) {
      throw std::runtime_error(path + ": " + error.what());
    }
  }
  api.preload(arguments.preload, arguments.ingress_class);
  if (!arguments.kubeconfig.empty()) {
    std::ofstream file(arguments.kubeconfig, std::ios::binary);
    file << api.kubeconfig();
    file.close();
    if (!file) throw std::runtime_error("cannot write " + arguments.kubeconfig);
  }
  std::printf("listening on %s\n", api.url().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && (words[0] == "--help" || words[0] == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  try {
    run(parse(words));
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "fakeapi: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fakeapi: %s\n", error.what());
    return 1;
  }
}
