// The chunked decoder against itself in pieces, and against a decoder that is slow and plain.
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/check.h"
#include "fuzz/input.h"
#include "http/ascii.h"
#include "http/chunked.h"
#include "http/scan.h"

using namespace headgate;
using namespace headgate::fuzz;

namespace {

struct Decoded {
  http::ParseStatus status = http::ParseStatus::incomplete;
  std::string content;
  std::size_t consumed = 0;
};

template <typename NextSize>
Decoded decode(std::string_view stream, NextSize next_size) {
  http::ChunkedDecoder decoder;
  Decoded result;
  while (!stream.empty() && result.status == http::ParseStatus::incomplete) {
    Input piece(stream.substr(0, next_size(stream.size())));
    const std::size_t size = piece.view().size();
    const http::ChunkedDecoder::Output output = decoder.decode(piece.data(), size);
    FUZZ_CHECK(output.payload <= output.consumed && output.consumed <= size);
    FUZZ_CHECK(output.status != http::ParseStatus::incomplete || output.consumed == size);
    FUZZ_CHECK((output.status == http::ParseStatus::refused) ==
               (output.refusal.reason != RejectReason::none));
    result.status = output.status;
    result.content.append(piece.view().substr(0, output.payload));
    result.consumed += output.consumed;
    stream.remove_prefix(size);
  }
  return result;
}

bool all(std::string_view text, bool (*allowed)(char)) {
  return std::all_of(text.begin(), text.end(), allowed);
}

// One line with its CRLF, or nothing where there is no '\n' yet. A line whose first '\n' or '\r' is not its
// CRLF comes back with `bad`.
struct Line {
  bool found = false;
  bool bad = false;
  std::string_view text;
};
Line take_line(std::string_view& stream) {
  const std::size_t end = stream.find_first_of("\r\n");
  if (end == std::string_view::npos || (stream[end] == '\r' && end + 1 == stream.size())) return {};
  if (stream[end] == '\n' || stream[end + 1] != '\n') return {true, true, {}};
  const Line line{true, false, stream.substr(0, end)};
  stream.remove_prefix(end + 2);
  return line;
}

// RFC 9112 §7.1 read off the page, for streams that are whole and within the limits of the decoder.
bool is_valid(std::string_view stream, std::string& content) {
  std::size_t extensions = 0;
  for (;;) {
    const Line line = take_line(stream);
    if (!line.found || line.bad || line.text.size() > 1023) return false;
    const std::size_t mark = line.text.find(';');
    std::string_view digits = line.text.substr(0, mark);
    if (digits.empty() || !all(digits, [](char c) { return http::hex_value(c) >= 0; })) return false;
    if (mark != std::string_view::npos) {
      const std::string_view extension = line.text.substr(mark + 1);
      extensions += extension.size();
      if (extension.empty() || extensions > 8192 || !all(extension, http::scan::is_field_char)) return false;
    }
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    if (digits.size() > 15) return false;
    const std::uint64_t size = std::stoull(std::string(digits), nullptr, 16);
    if (size == 0) break;
    if (stream.size() < size || stream.size() - size < 2 || stream.substr(size, 2) != "\r\n") return false;
    content.append(stream.substr(0, size));
    stream.remove_prefix(size + 2);
  }
  for (std::size_t fields = 0, bytes = 0;; ++fields) {
    const Line line = take_line(stream);
    if (!line.found || line.bad) return false;
    if (line.text.empty()) return true;
    bytes += line.text.size() + 1;
    const std::size_t colon = line.text.find(':');
    if (fields == 32 || bytes > 8192 || colon == 0 || colon == std::string_view::npos) return false;
    if (!all(line.text.substr(0, colon), http::scan::is_token_char) ||
        !all(line.text.substr(colon), http::scan::is_field_char))
      return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Decoded whole = decode(stream, [](std::size_t rest) { return rest; });
  Pieces pieces(stream);
  for (const Decoded& other : {decode(stream, [](std::size_t) { return std::size_t{1}; }),
                               decode(stream, [&pieces](std::size_t rest) { return pieces.next(rest); })}) {
    FUZZ_CHECK(other.status == whole.status);
    FUZZ_CHECK(other.content == whole.content);
    FUZZ_CHECK(other.consumed == whole.consumed);
  }
  std::string content;
  const bool valid = is_valid(stream, content);
  FUZZ_CHECK(valid == (whole.status == http::ParseStatus::complete));
  if (valid) FUZZ_CHECK(content == whole.content);
  return 0;
}
