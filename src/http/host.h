// The host[:port] grammar, one place for Host, :authority and the authority of an absolute-form target.
// RFC 3986 §3.2.2, RFC 9110 §7.2; narrower than the letter: what no DNS name or address can be is refused.
#pragma once

#include <string_view>

namespace headgate::http {

struct HostPort {
  std::string_view host;  // with brackets for IPv6, case and trailing dot as given; empty: not a host
  std::string_view port;  // digits, at most 65535; empty where none is given
};

// Takes a name of letters, digits, '-', '_' and single dots between (one more may end it), up to 255 bytes;
// an IPv4 address; an IPv6 address in brackets. No userinfo, no %-escapes, no white space, no lists.
HostPort split_host(std::string_view value);

}  // namespace headgate::http
