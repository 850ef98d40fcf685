// Reads the server name out of a TLS ClientHello without decrypting anything: what passthrough is decided by.
// RFC 8446 §4.1.2, §5.1; RFC 6066 §3. Sans-I/O, no state between calls, no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tls/server_name.h"

namespace headgate::tls {

enum class HelloStatus : std::uint8_t {
  complete,    // `server_name` is set, or empty where the hello names none
  incomplete,  // call again, from the start, with more bytes
  not_tls,     // does not begin like a TLS handshake record
  malformed,   // contradicts itself, or is larger than kMaxHello
};

// A hello that needs more bytes than this on the wire, record headers included, is refused: the largest real
// ones (post-quantum key shares) are below 4 KiB.
inline constexpr std::size_t kMaxHello = std::size_t{16} * 1024;

struct ClientHello {
  HelloStatus status = HelloStatus::incomplete;
  ServerNameBuffer name{};
  std::uint16_t name_size = 0;
  // Lower case, without trailing dot; empty where there is none or it is no host name.
  [[nodiscard]] std::string_view server_name() const { return {name.data(), name_size}; }
};

// `data`: everything received so far. The hello may be spread over any number of records of any size. Costs
// the number of records until the hello is whole, then once its size.
ClientHello read_client_hello(std::string_view data);

}  // namespace headgate::tls
