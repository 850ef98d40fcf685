// Encodes one body as it streams: gzip (RFC 1952), Brotli (RFC 7932) or Zstandard (RFC 8878). The memory of
// one is bounded by its level and a window of 128 KiB at most: about a MiB at the defaults.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace headgate::http {

enum class ContentCoding : std::uint8_t { identity, gzip, brotli, zstd };
// As Content-Encoding names it.
std::string_view to_string(ContentCoding coding);

class Compressor {
 public:
  // `length`: of the body, 0 where it is not known; a small one takes less memory. Null: no memory. Never for
  // identity.
  static std::unique_ptr<Compressor> make(ContentCoding coding, int level, std::uint64_t length);
  virtual ~Compressor() = default;

  struct Step {
    std::size_t taken = 0;  // of the input
    std::size_t made = 0;   // bytes at `out`
    bool done = false;      // all input is taken, and everything of it is out
    bool failed = false;
  };
  // Call it again with what was not taken until it is done. Whoever reads `out` can decode all of the input
  // by then: a stream of events is not held back. `last`: the body ends with this input.
  virtual Step run(std::string_view input, bool last, char* out, std::size_t room) = 0;
};

}  // namespace headgate::http
