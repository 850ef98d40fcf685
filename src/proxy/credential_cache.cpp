#include "proxy/credential_cache.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <random>
#include <string>

#include "base/digest.h"

namespace headgate::proxy {
namespace {

// With its length, so that no two lists of texts are the same bytes.
void append(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

}  // namespace

CredentialCache::CredentialCache() {
  std::random_device device;
  for (std::uint8_t& byte : key_) byte = static_cast<std::uint8_t>(device());
}

CredentialDigest CredentialCache::digest_of(std::string_view hash, std::string_view user,
                                            std::string_view password) const {
  std::string text(reinterpret_cast<const char*>(key_.data()), key_.size());
  text.reserve(text.size() + hash.size() + user.size() + password.size() + 64);  // no copy is left behind
  append(text, hash);
  append(text, user);
  append(text, password);
  const CredentialDigest digest = sha256(text);
  wipe(text);
  return digest;
}

CredentialCache::Row& CredentialCache::row_of(const CredentialDigest& digest) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, digest.data(), sizeof bits);
  return rows_[bits % rows_.size()];
}

// The digests depend on a key nobody knows: to compare them byte by byte tells nothing.
bool CredentialCache::contains(const CredentialDigest& digest) {
  if (digest == CredentialDigest{}) return false;  // it could not be made
  Row& row = row_of(digest);
  const std::lock_guard<SpinLock> guard(row.lock);
  return std::find(row.digests.begin(), row.digests.end(), digest) != row.digests.end();
}

void CredentialCache::add(const CredentialDigest& digest) {
  if (digest == CredentialDigest{}) return;
  Row& row = row_of(digest);
  const std::lock_guard<SpinLock> guard(row.lock);
  if (std::find(row.digests.begin(), row.digests.end(), digest) != row.digests.end()) return;
  row.digests[row.next] = digest;
  row.next = static_cast<std::uint8_t>((row.next + 1) % kRow);
}

}  // namespace headgate::proxy
