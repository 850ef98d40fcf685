// The users of a Secret for auth-type: digest, of one realm: lines "name:realm:hash" as htdigest writes them,
// where the hash is that of "name:realm:password" (RFC 7616 §3.4.2: A1). Immutable once made; shared by all
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::policy {

enum class DigestAlgorithm : std::uint8_t { md5, sha256 };

class DigestUsers {
 public:
  // As good as the password itself for whoever reads it.
  struct Key {
    DigestAlgorithm algorithm = DigestAlgorithm::md5;
    std::string hash;  // hexadecimal, lower case
    friend bool operator==(const Key&, const Key&) = default;
  };

  // Lines of other realms, empty ones and comments ('#') are passed over; what is not of that form is told in
  // `errors` by its number, never by what it holds.
  static DigestUsers parse_file(std::string_view text, std::string_view realm, std::vector<Error>& errors);
  // "realm:hash" of a user. Of two hashes the SHA-256 counts, and of two of a kind the first: whoever could
  // choose MD5 would not be held up by the other.
  Result<void> add(std::string_view name, std::string_view entry, std::string_view realm);

  // "realm:hash", of any realm.
  static bool is_entry(std::string_view text);

  [[nodiscard]] const Key* find(std::string_view name) const;  // null: nobody has it
  [[nodiscard]] bool has(DigestAlgorithm algorithm) const;
  [[nodiscard]] bool empty() const { return users_.empty(); }
  [[nodiscard]] std::size_t size() const { return users_.size(); }
  friend bool operator==(const DigestUsers&, const DigestUsers&) = default;

 private:
  std::map<std::string, Key, std::less<>> users_;
};

}  // namespace headgate::policy
