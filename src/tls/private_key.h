// A private key as a Secret holds it: its DER, checked against the certificate it is for.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "tls/certificate_fields.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {

// The DER of the first private key of a PEM text: PKCS#8, PKCS#1 or SEC1. Fails where there is none, or it is
// encrypted.
Result<std::string> read_private_key(std::string_view pem);

enum class KeyMatch { yes, no, unreadable };
// Whether the key is that of a certificate. Compares the public numbers that RSA and EC keys carry (a few
// microseconds); only a key without them is parsed by OpenSSL (0.4 ms).
KeyMatch match_key(std::string_view key_der, const PublicKeyFields& public_key,
                   std::string_view certificate_der);

// Null where OpenSSL cannot read it.
KeyHandle parse_private_key(std::string_view der);

}  // namespace headgate::tls
