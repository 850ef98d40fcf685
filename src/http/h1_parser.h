// The HTTP/1 head parser of the data plane: strict by construction, one pass, no state between calls, no
// allocation. Sans-I/O. RFC 9112 §2–§5; the answers to faulty input are those of the hostile test vectors
// (tests/vectors).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/reject_reason.h"
#include "http/message.h"

namespace headgate::http {

// ingress-nginx's large-client-header-buffers 4 8k: one line up to 8 KiB, 32 KiB in all. Fields: kMaxFields.
struct HeadLimits {
  std::size_t line_bytes = std::size_t{8} * 1024;
  std::size_t head_bytes = std::size_t{32} * 1024;
  std::size_t leading_empty_lines = 1;
};

// Why a message is refused: what to answer and what to count.
struct Refusal {
  std::uint16_t status = 400;
  RejectReason reason = RejectReason::none;
};

enum class ParseStatus : std::uint8_t { complete, incomplete, refused };

struct ParseResult {
  ParseStatus status = ParseStatus::incomplete;
  Refusal refusal;  // set when refused
};

// Parses the request head at the start of `data`. Incomplete: call again, from the start, once more bytes are
// there (the caller may wait for a '\n': no shorter addition completes a line; a limit exceeded is found
// without one). Lines are judged as they come: a faulty line is refused before the head is whole.
ParseResult parse_request_head(std::string_view data, const HeadLimits& limits, RequestHead& head);

// The same for a response head from an upstream (status line of RFC 9112 §4; `HTTP/1.1 200` without SP or
// reason is taken). Refusal.status is 502.
ParseResult parse_response_head(std::string_view data, const HeadLimits& limits, ResponseHead& head);

}  // namespace headgate::http
