#include "tls/cipher_list.h"

#include <algorithm>
#include <utility>

#include "tls/openssl_handles.h"

namespace headgate::tls {
namespace {

constexpr int kLeastBits = 128;
constexpr std::size_t kMostProbed = 256;

bool is_usable(const SSL_CIPHER* cipher) {
  const int auth = SSL_CIPHER_get_auth_nid(cipher);
  const std::string_view name = SSL_CIPHER_get_name(cipher);
  return SSL_CIPHER_get_kx_nid(cipher) == NID_kx_ecdhe && (auth == NID_auth_ecdsa || auth == NID_auth_rsa) &&
         SSL_CIPHER_is_aead(cipher) == 1 && SSL_CIPHER_get_bits(cipher, nullptr) >= kLeastBits &&
         name.find("CCM8") == std::string_view::npos;  // its tag has 64 bits
}

bool is_tls13(const SSL_CIPHER* cipher) { return SSL_CIPHER_get_kx_nid(cipher) == NID_kx_any; }

// OpenSSL passes over names that it does not know. Each element is tried by itself, but for those that take
// away ("!RC4" of a cipher that is not built in is no mistake) and commands ("@STRENGTH"). `context` is
// spent.
std::vector<std::string> unknown_elements(SSL_CTX* context, std::string_view text) {
  constexpr std::string_view kSeparators = ":, ;";
  std::vector<std::string> unknown;
  std::size_t probed = 0;
  for (std::size_t at = text.find_first_not_of(kSeparators);
       at != std::string_view::npos && probed < kMostProbed;) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    std::string element(text.substr(at, end - at));
    at = text.find_first_not_of(kSeparators, end);
    if (element.front() == '!' || element.front() == '-' || element.front() == '@') continue;
    if (element.front() == '+') element.erase(0, 1);
    ++probed;
    if (SSL_CTX_set_cipher_list(context, element.c_str()) != 1) unknown.push_back(std::move(element));
  }
  take_openssl_error();
  return unknown;
}

}  // namespace

std::string_view default_cipher_list() {
  return "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
         "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
}

Result<CipherList> read_cipher_list(std::string_view text) {
  const SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return fail("cannot read a cipher list: " + take_openssl_error());
  SSL_CTX_set_security_level(context.get(), 0);  // so that what is weak is told, not passed over
  if (text.find('\0') != std::string_view::npos ||
      SSL_CTX_set_cipher_list(context.get(), std::string(text).c_str()) != 1) {
    take_openssl_error();
    return fail("'" + std::string(text) + "' names no cipher of TLS 1.2 that is known here");
  }
  CipherList list;
  const STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(ciphers, i);
    if (is_tls13(cipher)) continue;
    if (!is_usable(cipher)) {
      list.refused.emplace_back(SSL_CIPHER_get_name(cipher));
      continue;
    }
    if (!list.usable.empty()) list.usable += ':';
    list.usable += SSL_CIPHER_get_name(cipher);
  }
  if (list.usable.empty())
    return fail("'" + std::string(text) +
                "' names no cipher with forward secrecy and authenticated encryption (ECDHE with AES-GCM or "
                "ChaCha20-Poly1305)");
  list.unknown = unknown_elements(context.get(), text);
  return list;
}

}  // namespace headgate::tls
