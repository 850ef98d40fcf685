// Passwords that were found right, so that a client pays for the hash once. Holds keyed digests, never a
// password; what a digest is made of includes the hash it was held against, so that one that was changed in
// its Secret is never found again. Shared by all Workers, and asked by Routes with passwords only; bounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/spin_lock.h"

namespace headgate::proxy {

// SHA-256 over a key of this process, the hash, the user and the password.
using CredentialDigest = std::array<std::uint8_t, 32>;

class CredentialCache {
 public:
  static constexpr std::size_t kMost = 4096;

  CredentialCache();
  [[nodiscard]] CredentialDigest digest_of(std::string_view hash, std::string_view user,
                                           std::string_view password) const;
  // Any thread, likewise add().
  [[nodiscard]] bool contains(const CredentialDigest& digest);
  // In place of the one of its row that was added first.
  void add(const CredentialDigest& digest);

 private:
  static constexpr std::size_t kRow = 8;
  struct Row {
    SpinLock lock;
    std::uint8_t next = 0;
    std::array<CredentialDigest, kRow> digests{};
  };
  Row& row_of(const CredentialDigest& digest);

  CredentialDigest key_{};
  std::array<Row, kMost / kRow> rows_;
};

}  // namespace headgate::proxy
