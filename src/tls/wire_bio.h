// A Wire as OpenSSL sees it: a BIO that keeps what the session has to know about it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tls/openssl_handles.h"
#include "tls/session.h"

namespace headgate::tls {

struct WireBio {
  explicit WireBio(Wire& its_wire) : wire(its_wire) {}

  Wire& wire;
  bool drained = false;    // the last receive gave less than was asked for: there is no more now
  bool ended = false;      // the Wire is closed
  bool failed = false;     // the Wire has failed
  bool overdrawn = false;  // `allowance` is used up
  std::size_t allowance;   // bytes that may still be received before somebody raises it
};

// Not owned by the BIO: outlives it.
BIO* make_bio(WireBio& wire);

}  // namespace headgate::tls
