// Everything known about one finished Exchange: what the access log prints and what the counters count.
// Views are valid only during the call that takes the record.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/reject_reason.h"

namespace headgate::observe {

// One try at one endpoint. A negative duration or a zero status means "not reached": printed as "-".
struct UpstreamTry {
  std::string_view address;                     // "10.0.0.1:8080"
  std::uint16_t status = 0;                     // as received; 502/504 where the try failed that way
  std::uint64_t response_bytes = 0;             // body bytes received
  std::chrono::microseconds connect_time{-1};   // 0 for a reused connection
  std::chrono::microseconds header_time{-1};    // until the response head
  std::chrono::microseconds response_time{-1};  // until the last byte, or until the try was given up
};

struct AccessRecord {
  std::string_view remote_addr;    // textual client IP
  std::string_view remote_user{};  // of Basic or Digest credentials, whether or not anybody asked for them
  std::string_view time_local;     // "22/Nov/2026:10:00:00 +0000", made once a second by the Worker
  std::string_view request_line;   // as the client sent it, without CRLF; empty where none was read
  std::string_view method;         // for the metric label
  std::string_view host;           // lower case, no port
  std::string_view referer;
  std::string_view user_agent;
  std::string_view request_id;
  std::string_view upstream_name;                // Cluster::name; empty where none was chosen
  std::string_view alternative_upstream_name{};  // of the canary that was asked in its place
  std::uint16_t status = 0;                      // as sent to the client; 499 where it went away first
  std::uint64_t body_bytes_sent = 0;
  std::uint64_t bytes_sent = 0;               // head and body
  std::uint64_t request_length = 0;           // line, head and body, as received
  std::chrono::microseconds request_time{0};  // first byte of the request to last byte of the response
  std::array<UpstreamTry, 4> tries;           // in order; more than four tries: the last four
  std::uint8_t try_count = 0;
  RejectReason reason = RejectReason::none;
};

}  // namespace headgate::observe
