#include "policy/digest_users.h"

#include <algorithm>
#include <utility>

#include "http/ascii.h"
#include "policy/user_file.h"

namespace headgate::policy {
namespace {

constexpr std::size_t kMd5Digits = 32;
constexpr std::size_t kSha256Digits = 64;

bool is_hash(std::string_view text) {
  return (text.size() == kMd5Digits || text.size() == kSha256Digits) &&
         std::all_of(text.begin(), text.end(), [](char c) { return http::hex_value(c) >= 0; });
}

}  // namespace

bool DigestUsers::is_entry(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return colon != std::string_view::npos && is_hash(text.substr(colon + 1));
}

DigestUsers DigestUsers::parse_file(std::string_view text, std::string_view realm,
                                    std::vector<Error>& errors) {
  DigestUsers users;
  read_user_file(text, "name:realm:hash", errors, [&](std::string_view name, std::string_view entry) {
    return users.add(name, entry, realm);
  });
  return users;
}

Result<void> DigestUsers::add(std::string_view name, std::string_view entry, std::string_view realm) {
  const std::size_t colon = entry.rfind(':');  // a realm may have one
  if (name.empty()) return fail("names nobody");
  if (colon == std::string_view::npos) return fail("is not 'name:realm:hash'");
  const std::string_view hash = entry.substr(colon + 1);
  if (!is_hash(hash)) return fail("does not end with the 32 or 64 hexadecimal digits of a hash");
  if (entry.substr(0, colon) != realm) return {};
  Key key;
  key.algorithm = hash.size() == kMd5Digits ? DigestAlgorithm::md5 : DigestAlgorithm::sha256;
  for (const char c : hash) key.hash += http::to_lower(c);
  const auto [at, is_first] = users_.try_emplace(std::string(name), key);
  if (!is_first && at->second.algorithm < key.algorithm) at->second = std::move(key);
  return {};
}

const DigestUsers::Key* DigestUsers::find(std::string_view name) const {
  const auto at = users_.find(name);
  return at == users_.end() ? nullptr : &at->second;
}

bool DigestUsers::has(DigestAlgorithm algorithm) const {
  return std::any_of(users_.begin(), users_.end(),
                     [algorithm](const auto& each) { return each.second.algorithm == algorithm; });
}

}  // namespace headgate::policy
