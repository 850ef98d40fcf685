// Why a request was refused or failed: one closed set, because it is a metric label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate {

// Why a request was refused or failed. Label `reason` of headgate_http_rejected_total.
enum class RejectReason : std::uint8_t {
  none,
  bad_request_line,
  bad_target,
  bad_host,
  bad_header,
  bad_length,
  bad_transfer_encoding,
  length_and_chunked,
  bad_chunk,
  bad_trailer,
  uri_too_long,
  header_too_large,
  too_many_headers,
  body_too_large,
  header_timeout,
  body_timeout,
  method_not_allowed,
  unsupported_expect,
  unsupported_version,
  no_route,
  no_endpoint,
  upstream_connect,
  upstream_timeout,
  upstream_reset,
  upstream_bad_head,
  upstream_bad_framing,
  upstream_surplus,
  client_gone,
  count_,
};
inline constexpr std::size_t kRejectReasonCount = static_cast<std::size_t>(RejectReason::count_);

// The label text, e.g. "bad_host"; "none" for none.
std::string_view to_string(RejectReason reason);

}  // namespace headgate
