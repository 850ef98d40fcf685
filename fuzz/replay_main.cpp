// Runs a fuzz target without a fuzzer: over the files named, or over the test vectors and a fixed number of
// their mutations. The same run on every machine.
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

#include "vectors/vectors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutations = 100000;
constexpr std::size_t kMaxSeedBytes = 2000;  // larger vectors are run, but not mutated

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

// The whole, the body and the target of a message: every target finds what is its own.
void add_seeds(const std::string& raw, std::vector<std::string>& seeds) {
  seeds.push_back(raw);
  if (const std::size_t body = raw.find("\r\n\r\n"); body != std::string::npos)
    seeds.push_back(raw.substr(body + 4));
  const std::size_t first = raw.find(' ');
  const std::size_t second = raw.find(' ', first + 1);
  if (second != std::string::npos) seeds.push_back(raw.substr(first + 1, second - first - 1));
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

void replay_vectors() {
  std::vector<std::string> seeds;
  for (const auto& vector : headgate::test::load_request_vectors()) add_seeds(vector.raw, seeds);
  for (const auto& vector : headgate::test::load_response_vectors()) add_seeds(vector.raw, seeds);
  for (const std::string& seed : seeds) run(seed);
  std::erase_if(seeds, [](const std::string& seed) { return seed.size() > kMaxSeedBytes; });
  Mutator mutator(seeds);
  for (int i = 0; i < kMutations; ++i) run(mutator.next());
  std::printf("%zu seeds and %d mutations: no promise broken\n", seeds.size(), kMutations);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 1)
      replay_files(argc - 1, argv + 1);
    else
      replay_vectors();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
