// The one place that decides how long a message is, whether its connection may be used again, and which of
// its fields are for the next hop. RFC 9112 §6, §9; RFC 9110 §7.6.1, §7.8. Sans-I/O.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/h1_parser.h"
#include "http/message.h"

namespace headgate::http {

enum class BodyKind : std::uint8_t {
  none,
  length,       // exactly `content_length` bytes, which may be 0
  chunked,      // RFC 9112 §7.1
  until_close,  // responses only
};

// What a request head says once it is found to be without doubt. Views are into the head's buffer.
struct RequestFacts {
  BodyKind body = BodyKind::none;
  std::uint64_t content_length = 0;
  bool keep_alive = true;         // the client lets its connection live on
  bool expect_continue = false;   // Expect: 100-continue on HTTP/1.1, and a body that is not empty
  bool accepts_trailers = false;  // TE: trailers
  std::string_view host;          // Host value as sent; empty where there is none (HTTP/1.0)
  // The protocol asked for with Connection: upgrade and Upgrade (e.g. "websocket"); empty where no upgrade is
  // asked, or where it is not passed on (h2c, TLS, lists, HTTP/1.0, a request with a body).
  std::string_view upgrade;
  // First of each, or null.
  const Field* user_agent = nullptr;
  const Field* referer = nullptr;
  const Field* request_id = nullptr;
  const Field* authorization = nullptr;
  const Field* x_forwarded_for = nullptr;
  const Field* x_forwarded_host = nullptr;
};

// Judges a parsed request head and marks `drop` on every field not to be relayed: hop-by-hop, named by
// Connection, Host, Content-Length, Transfer-Encoding, Expect, every forwarding field that Headgate sets
// itself (X-Request-ID too: the caller writes the one in effect), `Proxy`, names with '_'
// (enable-underscores-in-headers is off). Host syntax is checked here (host.h); CONNECT and TRACE are 405. On
// an absolute-form target the caller takes Target::authority in place of `host`.
ParseResult analyse_request(RequestHead& head, RequestFacts& facts);

// What the proxy knows about the request a response answers.
struct ResponseContext {
  Method method = Method::get;
  std::string_view upgrade;  // the protocol asked for, empty: none
};

// Whether a pod wants its answer to be read ahead of a slow client (X-Accel-Buffering); other values are not
// looked at, as in nginx.
enum class Buffering : std::uint8_t { unsaid, no, yes };

struct ResponseFacts {
  BodyKind body = BodyKind::none;
  std::uint64_t content_length = 0;  // of the body to read; also for HEAD/304: see has_content_length
  bool has_content_length = false;   // to be relayed, even where no body follows (HEAD, 304)
  bool interim = false;              // 1xx other than 101
  bool switching_protocols = false;  // a 101 that was asked for
  bool keep_alive = true;            // the upstream connection may be used again after the body
  bool has_date = false;
  Buffering buffering = Buffering::unsaid;
};

// Judges a parsed response head; marks `drop` on hop-by-hop fields, Server, Content-Length,
// Transfer-Encoding, Trailer, X-Accel-* and what Connection names. The caller writes the length anew, and on
// a 101 `Connection: upgrade` and `Upgrade` (ResponseContext::upgrade: the answer names the same protocol).
// Refusal.status is 502.
ParseResult analyse_response(ResponseHead& head, const ResponseContext& context, ResponseFacts& facts);

}  // namespace headgate::http
