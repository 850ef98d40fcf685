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

 private:
  // What the next byte must be part of.
  enum class State : std::uint8_t {
    size_first,  // the first digit of a chunk size
    size,
    extension_first,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_first,  // a trailer field, or the CR of the last CRLF
    trailer_name,
    trailer_value,
    trailer_lf,
    last_lf,
    complete,
    refused,
  };

  bool step(char c);
  bool step_size(char c);
  bool step_trailer(char c);
  bool refuse(RejectReason reason);

  std::uint64_t remaining_ = 0;  // of the chunk; while its size is read, the size so far
  std::uint32_t extension_bytes_ = 0;
  std::uint16_t line_bytes_ = 0;
  std::uint16_t trailer_bytes_ = 0;
  std::uint8_t trailer_fields_ = 0;
  State state_ = State::size_first;
  RejectReason reason_ = RejectReason::none;
};

}  // namespace headgate::http
