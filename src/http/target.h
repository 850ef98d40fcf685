// The request target, split and normalised once: what is matched is what is policed is what is forwarded.
// RFC 9112 §3.2, RFC 3986 §6.2.2, and the rules of docs/life-of-a-request.md ("one normal form of the path").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/h1_parser.h"
#include "http/method.h"

namespace headgate::http {

enum class TargetForm : std::uint8_t { origin, absolute, asterisk };

// Views into the request's buffer or into the scratch handed to parse_target().
struct Target {
  TargetForm form = TargetForm::origin;
  std::string_view authority;  // absolute-form only: replaces Host
  // For matching: %-decoded once, dot segments resolved, repeated slashes merged, %2F a separator. Begins
  // with '/'.
  std::string_view match_path;
  // For the upstream: the client's bytes, except that literal or encoded dot segments are resolved.
  std::string_view forward_path;
  std::string_view query;  // with its '?', or empty
};

// `scratch` must hold 2 × target.size() + 2 bytes and live as long as the Target. Refused with 400
// bad_target: a bad escape, an encoded NUL or control byte, a fragment, a climb above the root, a dot segment
// that shows only through %2F, %5C or '\' or that carries a ';' parameter ("..;" is ".." to some servlet
// containers), bytes outside visible ASCII, an absolute-form of another scheme than http or https or whose
// authority is not a host (host.h), asterisk-form with any method but OPTIONS (both paths are then "*").
// Escapes in the query are the application's: they are relayed unjudged. A "..", when resolved, takes away
// the last segment that is not empty, so that merging slashes before or after comes to the same path.
ParseResult parse_target(Method method, std::string_view target, char* scratch, Target& out);

// Splits "host[:port]", lower-cases the host into `buffer` (at least value.size() bytes), drops one trailing
// dot. Empty result: not a host (the caller refuses). IPv6 literals keep their brackets.
std::string_view normalise_host(std::string_view value, char* buffer);

}  // namespace headgate::http
