// Runs a fuzz target without a fuzzer: over the files named, or over its seeds and a fixed number of their
// mutations, the same on every machine. "--write DIRECTORY" writes the seeds there, for a fuzzer to begin
// with.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/seeds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutations = 100000;
constexpr std::size_t kMaxSeedBytes = 2000;  // larger seeds are run, but not mutated

constexpr std::string_view kTokens[] = {
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\r\n ",
    ": ",
    ":",
    " ",
    "\t",
    "\0",
    "\x7f",
    "\xff",
    "0\r\n\r\n",
    "5\r\n",
    ";",
    "ffffffff",
    "Host: a\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close, X\r\n",
    "Upgrade: websocket\r\n",
    "Connection: upgrade\r\n",
    "Expect: 100-continue\r\n",
    "X_A: 1\r\n",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.1 200 OK\r\n",
    "/../",
    "/./",
    "//",
    "%2e",
    "%2F",
    "%5c",
    "%00",
    "..;",
    "?",
    "#",
    "http://",
    "*",
    "[::1]",
    "@",
    ",",
};

void run(std::string_view input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string text = seeds_[below(seeds_.size())];
    for (std::size_t i = below(4) + 1; i > 0; --i) mutate(text);
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  void mutate(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = std::min(below(16) + 1, text.size() - at);
    switch (below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3: {
        const std::string& other = seeds_[below(seeds_.size())];
        text.resize(at);
        text += other.substr(below(other.size() + 1));
        break;
      }
      default:
        text.insert(at, kTokens[below(std::size(kTokens))]);
        break;
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 random_;  // seeded by its default: the same numbers everywhere
};

void replay_files(int count, char** paths) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    if (!file) throw std::runtime_error(std::string(paths[i]) + ": cannot be opened");
    run(std::string(std::istreambuf_iterator<char>(file), {}));
  }
}

void write_seeds(const std::string& directory) {
  std::size_t number = 0;
  for (const std::string& seed : headgate::fuzz::seeds()) {
    const std::string path = directory + "/seed-" + std::to_string(number++);
    std::ofstream file(path, std::ios::binary);
    if (!(file << seed)) throw std::runtime_error(path + ": cannot be written");
  }
}

void replay_seeds() {
  std::vector<std::string> seeds = headgate::fuzz::seeds();
  for (const std::string& seed : seeds) run(seed);
  std::erase_if(seeds, [](const std::string& seed) { return seed.size() > kMaxSeedBytes; });
  Mutator mutator(seeds);
  for (int i = 0; i < kMutations; ++i) run(mutator.next());
  std::printf("%zu seeds and %d mutations: no promise broken\n", seeds.size(), kMutations);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3 && argv[1] == std::string_view("--write"))
      write_seeds(argv[2]);
    else if (argc > 1)
      replay_files(argc - 1, argv + 1);
    else
      replay_seeds();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
