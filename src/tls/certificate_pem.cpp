#include "tls/certificate_pem.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string_view>

#include "tls/certificate_state.h"
#include "tls/intermediate.h"

namespace headgate::tls {
namespace {

constexpr std::size_t kLine = 48;  // bytes, which make 64 characters

void append_block(std::string& pem, std::string_view label, std::string_view der) {
  pem.append("-----BEGIN ").append(label).append("-----\n");
  for (std::size_t at = 0; at < der.size(); at += kLine) {
    const std::string_view bytes = der.substr(at, kLine);
    unsigned char text[4 * kLine / 3 + 1];
    const int size = EVP_EncodeBlock(text, reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    pem.append(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)).append("\n");
  }
  pem.append("-----END ").append(label).append("-----\n");
}

}  // namespace

std::string chain_pem(const Certificate& certificate) {
  const Certificate::State& state = certificate.state();
  std::string pem;
  append_block(pem, "CERTIFICATE", state.leaf);
  for (const auto& intermediate : state.intermediates) append_block(pem, "CERTIFICATE", intermediate->der());
  return pem;
}

std::string key_pem(const Certificate& certificate) {
  const std::string& der = certificate.state().key;
  std::string pem;
  pem.reserve(2 * der.size() + 128);  // no copy of it is left behind
  append_block(pem, "PRIVATE KEY", der);
  return pem;
}

}  // namespace headgate::tls
