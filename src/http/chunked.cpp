#include "http/chunked.h"

#include <algorithm>
#include <cstring>

#include "http/ascii.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

constexpr std::uint16_t kMaxSizeLineBytes = 1024;
constexpr std::uint32_t kMaxExtensionBytes = 8 * 1024;
constexpr std::uint16_t kMaxTrailerBytes = 8 * 1024;
constexpr std::uint8_t kMaxTrailerFields = 32;
// Larger than any body there is, and far from where sums overflow.
constexpr std::uint64_t kMaxChunkBytes = std::uint64_t{1} << 58;

}  // namespace

ChunkedDecoder::Output ChunkedDecoder::decode(char* data, std::size_t size) {
  char* out = data;
  const char* p = data;
  const char* const end = data + size;
  while (p != end && state_ != State::complete && state_ != State::refused) {
    if (state_ != State::data) {
      if (!step(*p)) break;
      ++p;
      continue;
    }
    const std::size_t run = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, end - p));
    if (out != p) std::memmove(out, p, run);
    out += run;
    p += run;
    remaining_ -= run;
    if (remaining_ == 0) state_ = State::data_cr;
  }
  Output result;
  result.payload = static_cast<std::size_t>(out - data);
  result.consumed = static_cast<std::size_t>(p - data);
  if (state_ == State::complete) {
    result.status = ParseStatus::complete;
  } else if (state_ == State::refused) {
    result.status = ParseStatus::refused;
    result.refusal = {400, reason_};
  }
  return result;
}

// Takes one byte that is not content. False: refused, and the byte is not used up.
bool ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size_first:
    case State::size:
    case State::extension_first:
    case State::extension:
    case State::size_lf:
      return step_size(c);
    case State::data_cr:
      if (c != '\r') return refuse(RejectReason::bad_chunk);
      state_ = State::data_lf;
      return true;
    case State::data_lf:
      if (c != '\n') return refuse(RejectReason::bad_chunk);
      state_ = State::size_first;
      return true;
    case State::trailer_first:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_lf:
    case State::last_lf:
      return step_trailer(c);
    case State::data:
    case State::complete:
    case State::refused:
      break;
  }
  return refuse(RejectReason::bad_chunk);  // not reached: decode() steps in the states above only
}

// 1*HEXDIG [ ";" extension ] CRLF. No white space before ';' or CR: that is BWS, which only ever hid
// something.
bool ChunkedDecoder::step_size(char c) {
  if (state_ == State::size_lf) {
    if (c != '\n') return refuse(RejectReason::bad_chunk);
    state_ = remaining_ == 0 ? State::trailer_first : State::data;
    return true;
  }
  if (++line_bytes_ > kMaxSizeLineBytes) return refuse(RejectReason::bad_chunk);
  if (state_ == State::size_first || state_ == State::size) {
    if (const int digit = hex_value(c); digit >= 0) {
      if (state_ == State::size_first) remaining_ = 0;
      remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
      if (remaining_ > kMaxChunkBytes) return refuse(RejectReason::bad_chunk);
      state_ = State::size;
      return true;
    }
    if (state_ == State::size_first || (c != ';' && c != '\r')) return refuse(RejectReason::bad_chunk);
    if (c == ';') {
      state_ = State::extension_first;
      return true;
    }
  } else if (c != '\r') {
    if (!scan::is_field_char(c) || ++extension_bytes_ > kMaxExtensionBytes)
      return refuse(RejectReason::bad_chunk);
    state_ = State::extension;
    return true;
  } else if (state_ == State::extension_first) {
    return refuse(RejectReason::bad_chunk);
  }
  line_bytes_ = 0;
  state_ = State::size_lf;
  return true;
}

// *( name ":" value CRLF ) CRLF
bool ChunkedDecoder::step_trailer(char c) {
  if (state_ == State::last_lf) {
    if (c != '\n') return refuse(RejectReason::bad_trailer);
    state_ = State::complete;
    return true;
  }
  if (state_ == State::trailer_lf) {
    if (c != '\n') return refuse(RejectReason::bad_trailer);
    state_ = State::trailer_first;
    return true;
  }
  if (state_ == State::trailer_first && c == '\r') {
    state_ = State::last_lf;
    return true;
  }
  if (++trailer_bytes_ > kMaxTrailerBytes) return refuse(RejectReason::bad_trailer);
  switch (state_) {
    case State::trailer_first:
      if (!scan::is_token_char(c) || ++trailer_fields_ > kMaxTrailerFields)
        return refuse(RejectReason::bad_trailer);
      state_ = State::trailer_name;
      return true;
    case State::trailer_name:
      if (c == ':')
        state_ = State::trailer_value;
      else if (!scan::is_token_char(c))
        return refuse(RejectReason::bad_trailer);
      return true;
    default:  // trailer_value
      if (c == '\r')
        state_ = State::trailer_lf;
      else if (!scan::is_field_char(c))
        return refuse(RejectReason::bad_trailer);
      return true;
  }
}

bool ChunkedDecoder::refuse(RejectReason reason) {
  state_ = State::refused;
  reason_ = reason;
  return false;
}

}  // namespace headgate::http
