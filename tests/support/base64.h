// Bytes as base64 (RFC 4648 §4), as Secrets and webhook configurations have them.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

namespace headgate::test_support {

inline std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace headgate::test_support
