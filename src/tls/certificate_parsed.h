// A certificate as OpenSSL wants it in a handshake.
#pragma once

#include "tls/certificate.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {

struct Certificate::Parsed {
  X509Handle leaf;
  KeyHandle key;
  X509ChainHandle chain;  // the intermediates, in their order; may be empty
};

}  // namespace headgate::tls
