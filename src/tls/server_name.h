// The server name of a TLS client (SNI) in the one form that certificates, passthrough and hosts are looked
// up by.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace headgate::tls {

// No host name is longer (RFC 1035 §2.3.4, with the trailing dot).
inline constexpr std::size_t kMaxServerName = 254;
using ServerNameBuffer = std::array<char, kMaxServerName>;

// Lower case, one trailing dot dropped, written into `buffer`. Empty where `name` is no host name: IP
// literals (RFC 6066 §3 forbids them), NUL and other bytes that no host name has, empty or overlong labels.
std::string_view normalise_server_name(std::string_view name, ServerNameBuffer& buffer);

}  // namespace headgate::tls
