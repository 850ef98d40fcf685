#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace headgate {
namespace {

// Fails only for want of memory (or where a policy of the system forbids it): then no digest matches.
template <std::size_t kSize>
std::array<std::uint8_t, kSize> digest_of(std::string_view bytes, const EVP_MD* method) {
  std::array<std::uint8_t, kSize> digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, method, nullptr) != 1) return {};
  return digest;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view bytes) { return digest_of<20>(bytes, EVP_sha1()); }

std::array<std::uint8_t, 16> md5(std::string_view bytes) { return digest_of<16>(bytes, EVP_md5()); }

std::array<std::uint8_t, 32> sha256(std::string_view bytes) { return digest_of<32>(bytes, EVP_sha256()); }

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<std::uint8_t, 32> digest{};
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(), digest.data(),
           nullptr) == nullptr)
    return {};
  return digest;
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace headgate
