// Re-writes heads for the other side: what the strict parser accepted goes on in canonical form, run by run,
// with the fields that are not for the next hop left out and ours added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "http/framing.h"
#include "http/message.h"
#include "http/target.h"

namespace headgate::policy {
struct RequestView;
}

namespace headgate::proxy {

// Appends the fields not marked `drop`. `out` must have room for the whole head they came from plus two bytes
// a field.
char* write_kept_fields(const http::FieldList& fields, char* out);

// What the forwarding fields of a request say: those of ingress-nginx.
struct ForwardingFields {
  std::string_view host;             // X-Forwarded-Host: as the client sent it, port included
  std::string_view upstream_host;    // Host
  std::string_view remote_ip;        // X-Real-IP, X-Forwarded-For
  std::string_view forwarded_for{};  // X-Forwarded-For, where it is more than remote_ip
  std::string_view port;             // X-Forwarded-Port
  std::string_view scheme;           // X-Forwarded-Proto, X-Forwarded-Scheme, X-Scheme
  std::string_view request_id;       // X-Request-ID
  std::string_view original_for;     // the client's own X-Forwarded-For, or empty
  std::string_view original_host;    // the client's own X-Forwarded-Host, or empty
  std::string_view more_fields{};    // whole lines, each with its CRLF
  http::FieldSet written{};          // of the above, those that are not to be written
  std::string_view connection{};     // options of Connection, in place of what `upgrade` says; or empty
  bool http10 = false;               // HTTP/1.0: without an upgrade, and the connection ends with the answer
};

// Those of a request that begins at Headgate, for a host that was named as the client named it.
[[nodiscard]] ForwardingFields forwarding_of(const policy::RequestView& request);

// Methods whose requests say how long they are even where they have no content (RFC 9110 §8.6).
[[nodiscard]] bool says_length(http::Method method);

// Appends the head of the upstream's request to `out`. `body`: how the content will be framed;
// `content_length` where it is length. `upgrade`: the protocol to ask for, or empty.
void write_request_head(const http::RequestHead& head, const http::Target& target,
                        const ForwardingFields& forwarding, http::BodyKind body, std::uint64_t content_length,
                        std::string_view upgrade, ByteBuffer& out);

// How the client's answer is framed and whether its connection ends with it.
struct ResponseFraming {
  http::BodyKind body = http::BodyKind::none;
  bool has_content_length = false;
  std::uint64_t content_length = 0;
  bool close = false;
  bool http10_keep_alive = false;
  std::string_view date;  // added; empty where the upstream sent its own
};

// Writes the head of the client's response at `out` and returns its end. `out` must have room for the head it
// came from and `added` plus 512 bytes.
char* write_response_head(const http::ResponseHead& head, const ResponseFraming& framing, char* out);

// Writes a 1xx head (103 Early Hints …; 101 with `upgrade`).
char* write_interim_head(const http::ResponseHead& head, std::string_view upgrade, char* out);

// Writes the chunk-size line so that it ends at `end`; returns its begin. At most 18 bytes.
char* write_chunk_size_before(char* end, std::size_t size);

}  // namespace headgate::proxy
