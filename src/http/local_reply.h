// Answers Headgate makes itself: status line, fields and the short HTML page whose phrases are contract
// ("404 Not Found", "503 Service Temporarily Unavailable", …: tests and monitoring look for them).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headgate::http {

// The grpc-status and grpc-message of an error that gRPC clients shall see, as lines. The codes are those
// that clients make of an HTTP status by themselves (gRPC, "HTTP to gRPC Status Code Mapping").
std::string grpc_status_lines(int http_status);

// The phrase nginx uses: "Gateway Time-out", "Service Temporarily Unavailable", "Request Entity Too Large" ….
std::string_view reason_phrase(int status);

struct LocalReply {
  int status = 404;
  std::string_view location{};      // redirects; the caller has checked it for CR and LF
  std::string_view extra_fields{};  // whole lines, each with its CRLF; e.g. "Retry-After: 1\r\n"
  std::string_view explanation{};   // a sentence for the page, in its title and under its heading
  std::string_view text{};          // the content, instead of a page
  bool head_only = false;           // answers a HEAD request
  bool grpc = false;                // Content-Type: application/grpc, no content
  bool close = false;               // the connection ends with it (HTTP/1); adds Connection: close
  bool http10_keep_alive = false;   // adds Connection: keep-alive for an HTTP/1.0 client that asked
};

// The content: `text`, or the page. Empty for 204, 304 and 1xx, which have none.
std::string content_of(const LocalReply& reply);

// Appends the whole answer to `out`: status line, Date (`date`: an IMF-fixdate), Content-Type: text/html,
// Content-Length, the other fields, the content. No Server field.
void append_local_reply(const LocalReply& reply, std::string_view date, std::string& out);

}  // namespace headgate::http
