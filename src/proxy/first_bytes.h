// What a client of the TLS port speaks, by its first bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace headgate::proxy {

enum class Spoken : std::uint8_t {
  unclear,  // more bytes are needed
  tls,      // a handshake record
  http,     // a method and a space, or the preface of HTTP/2
  other,
};

Spoken spoken_by(std::string_view first_bytes);

}  // namespace headgate::proxy
