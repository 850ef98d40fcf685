// An absolute http URL, taken apart: where OCSP responders are. Strict: what a certificate says ends up in a
// request line.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::app {

struct HttpUrl {
  std::string host;       // a DNS name or an IP literal without brackets
  std::string port;       // "80" where none is given
  std::string authority;  // as the Host field names it
  std::string target;     // path and query; "/" where none is given
};

// "http://host[:port][/path][?query]", at most 2048 printable ASCII bytes; no user, no fragment.
Result<HttpUrl> parse_http_url(std::string_view text);

}  // namespace headgate::app
