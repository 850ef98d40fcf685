// What ssl-ciphers may say. Whatever is listed, only suites with forward secrecy and authenticated encryption
// are used: ECDHE with AES-GCM, AES-CCM or ChaCha20-Poly1305 (RFC 9325 §4.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::tls {

struct CipherList {
  std::string usable;                // OpenSSL's names, ':' between them, in the order of preference
  std::vector<std::string> refused;  // listed, known to OpenSSL, and not used
  std::vector<std::string> unknown;  // elements that add nothing: of the first 256 those that name no cipher
};

// `text`: OpenSSL's list language for TLS 1.2 (TLS 1.3 has suites of its own). Fails where nothing usable is
// left.
Result<CipherList> read_cipher_list(std::string_view text);

// Where nothing is configured: Mozilla's intermediate list (5.7) without DHE.
std::string_view default_cipher_list();

}  // namespace headgate::tls
