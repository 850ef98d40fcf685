#include "base/reject_reason.h"

namespace headgate {

std::string_view to_string(RejectReason reason) {
  switch (reason) {
    case RejectReason::none:
      return "none";
    case RejectReason::bad_request_line:
      return "bad_request_line";
    case RejectReason::bad_target:
      return "bad_target";
    case RejectReason::bad_host:
      return "bad_host";
    case RejectReason::bad_header:
      return "bad_header";
    case RejectReason::bad_length:
      return "bad_length";
    case RejectReason::bad_transfer_encoding:
      return "bad_transfer_encoding";
    case RejectReason::length_and_chunked:
      return "length_and_chunked";
    case RejectReason::bad_chunk:
      return "bad_chunk";
    case RejectReason::bad_trailer:
      return "bad_trailer";
    case RejectReason::uri_too_long:
      return "uri_too_long";
    case RejectReason::header_too_large:
      return "header_too_large";
    case RejectReason::too_many_headers:
      return "too_many_headers";
    case RejectReason::body_too_large:
      return "body_too_large";
    case RejectReason::header_timeout:
      return "header_timeout";
    case RejectReason::body_timeout:
      return "body_timeout";
    case RejectReason::method_not_allowed:
      return "method_not_allowed";
    case RejectReason::unsupported_expect:
      return "unsupported_expect";
    case RejectReason::unsupported_version:
      return "unsupported_version";
    case RejectReason::no_route:
      return "no_route";
    case RejectReason::no_endpoint:
      return "no_endpoint";
    case RejectReason::upstream_connect:
      return "upstream_connect";
    case RejectReason::upstream_timeout:
      return "upstream_timeout";
    case RejectReason::upstream_reset:
      return "upstream_reset";
    case RejectReason::upstream_bad_head:
      return "upstream_bad_head";
    case RejectReason::upstream_bad_framing:
      return "upstream_bad_framing";
    case RejectReason::upstream_surplus:
      return "upstream_surplus";
    case RejectReason::client_gone:
      return "client_gone";
    case RejectReason::tls_handshake:
      return "tls_handshake";
    case RejectReason::tls_plain_http:
      return "tls_plain_http";
    case RejectReason::proxy_protocol:
      return "proxy_protocol";
    case RejectReason::misdirected:
      return "misdirected";
    case RejectReason::client_certificate:
      return "client_certificate";
    case RejectReason::denied:
      return "denied";
    case RejectReason::ip_filter:
      return "ip_filter";
    case RejectReason::h2_protocol:
      return "h2_protocol";
    case RejectReason::h2_flood_reset:
      return "h2_flood_reset";
    case RejectReason::h2_flood_self_reset:
      return "h2_flood_self_reset";
    case RejectReason::h2_flood_headers:
      return "h2_flood_headers";
    case RejectReason::h2_flood_ping:
      return "h2_flood_ping";
    case RejectReason::h2_flood_settings:
      return "h2_flood_settings";
    case RejectReason::h2_flood_priority:
      return "h2_flood_priority";
    case RejectReason::h2_flood_empty_data:
      return "h2_flood_empty_data";
    case RejectReason::h2_flood_window:
      return "h2_flood_window";
    case RejectReason::h2_flood_unknown:
      return "h2_flood_unknown";
    case RejectReason::h2_stalled:
      return "h2_stalled";
    case RejectReason::count_:
      break;
  }
  return "none";
}

}  // namespace headgate
