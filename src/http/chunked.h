// Decoder of the chunked transfer coding, RFC 9112 §7.1: strict, incremental, in place, bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/h1_parser.h"

namespace headgate::http {

// One for each chunked body being read. Small (it lives in every Exchange) and copyable.
class ChunkedDecoder {
 public:
  struct Output {
    ParseStatus status = ParseStatus::incomplete;  // complete: the last chunk and its trailers have been read
    std::size_t payload = 0;                       // bytes of content, moved to the front of the buffer given
    std::size_t consumed = 0;  // bytes of the buffer that were used up; what follows is not of this message
    Refusal refusal;           // 400 with bad_chunk or bad_trailer (the caller turns it into 502 upstream)
  };
  // Decodes `size` bytes at `data` in place. Extensions and trailer fields are checked, bounded and
  // discarded. Limits: chunk-size line 1 KiB, extensions 8 KiB in all, trailers 8 KiB and 32 fields.
  Output decode(char* data, std::size_t size);

  void reset() { *this = ChunkedDecoder(); }
};

}  // namespace headgate::http
