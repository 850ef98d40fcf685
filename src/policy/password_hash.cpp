#include "policy/password_hash.h"

#include <crypt.h>
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <memory>
#include <string>

#include "base/base64.h"
#include "base/digest.h"
#include "base/units.h"
#include "http/ascii.h"
#include "policy/apr1.h"

namespace headgate::policy {
namespace {

constexpr std::size_t kMostPassword = 512;  // of crypt(3), too
constexpr std::size_t kMostText = 256;
constexpr std::size_t kSha1Size = 20;
constexpr std::uint64_t kMostBcryptCost = 12;
constexpr std::uint64_t kMostRounds = 100'000;
constexpr std::string_view kApr1 = "$apr1$";
constexpr std::string_view kSha = "{SHA}";
constexpr std::string_view kSaltedSha = "{SSHA}";
constexpr std::string_view kPlain = "{PLAIN}";
constexpr std::string_view kBcryptForm = "$2y$10$";  // and 53 characters
constexpr std::size_t kBcryptSize = 60;
constexpr std::size_t kDesSize = 13;

bool is_crypt_byte(char c) {
  const char lower = http::to_lower(c);
  return (lower >= 'a' && lower <= 'z') || http::is_digit(c) || c == '.' || c == '/';
}

bool is_bcrypt(std::string_view text) {
  return text.starts_with("$2a$") || text.starts_with("$2b$") || text.starts_with("$2y$");
}

Result<void> check_bcrypt(std::string_view text) {
  const std::string_view digits = text.substr(4, 2);
  const auto cost = parse_count(digits, 99);
  if (text.size() != kBcryptSize || !cost || text[6] != '$' ||
      !std::all_of(text.begin() + kBcryptForm.size(), text.end(), is_crypt_byte))
    return fail("is no whole bcrypt hash");
  if (*cost > kMostBcryptCost) return fail("has a cost above " + std::to_string(kMostBcryptCost));
  return {};
}

// "$5$[rounds=N$]salt$hash"
Result<void> check_sha_crypt(std::string_view text) {
  constexpr std::string_view kRounds = "rounds=";
  std::string_view rest = text.substr(3);
  if (!rest.starts_with(kRounds)) return {};
  rest.remove_prefix(kRounds.size());
  const auto rounds = parse_count(rest.substr(0, rest.find('$')), 999'999'999);
  if (!rounds) return fail("has no number of rounds");
  if (*rounds > kMostRounds) return fail("has more than " + std::to_string(kMostRounds) + " rounds");
  return {};
}

std::string crypt_of(const std::string& password, const std::string& text) {
  // 32 KiB: not for the stack, and wiped, since it holds what the password was turned into.
  const auto data = std::make_unique<crypt_data>();
  const char* const result = crypt_r(password.c_str(), text.c_str(), data.get());
  std::string hash = result == nullptr || *result == '*' ? std::string() : std::string(result);
  explicit_bzero(data.get(), sizeof(crypt_data));
  return hash;
}

std::string sha1_of(std::string_view bytes) {
  const auto raw = sha1(bytes);
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

}  // namespace

bool PasswordHash::is_marked(std::string_view text) {
  return text.starts_with(kApr1) || text.starts_with(kSha) || text.starts_with(kSaltedSha) ||
         text.starts_with(kPlain) || is_bcrypt(text) || text.starts_with("$1$") || text.starts_with("$5$") ||
         text.starts_with("$6$");
}

Result<PasswordHash> PasswordHash::parse(std::string_view text) {
  if (text.size() > kMostText) return fail("is longer than 256 bytes");
  if (text.starts_with(kPlain)) return PasswordHash(Form::plain, text);
  if (text.starts_with(kApr1)) return PasswordHash(Form::apr1, text);
  if (text.starts_with(kSha) || text.starts_with(kSaltedSha)) {
    const bool salted = text.starts_with(kSaltedSha);
    const auto digest = decode_base64_without_padding(text.substr((salted ? kSaltedSha : kSha).size()));
    if (!digest || digest->size() < kSha1Size || (!salted && digest->size() != kSha1Size))
      return fail("is no whole SHA-1 digest");
    return PasswordHash(salted ? Form::salted_sha : Form::sha, text);
  }
  if (is_bcrypt(text)) {
    if (const auto good = check_bcrypt(text); !good) return fail(good.error().message);
    return PasswordHash(Form::crypt, text);
  }
  if (text.starts_with("$5$") || text.starts_with("$6$")) {
    if (const auto good = check_sha_crypt(text); !good) return fail(good.error().message);
    return PasswordHash(Form::crypt, text);
  }
  if (text.starts_with("$1$")) return PasswordHash(Form::crypt, text);
  if (text.size() == kDesSize && std::all_of(text.begin(), text.end(), is_crypt_byte))
    return PasswordHash(Form::crypt, text);
  return fail("has a form that is not known (bcrypt, apr1, {SHA}, {SSHA}, {PLAIN}, $1$, $5$, $6$, DES)");
}

bool PasswordHash::matches(std::string_view password) const {
  if (password.size() > kMostPassword || password.find('\0') != std::string_view::npos) return false;
  const std::string_view text = text_;
  switch (form_) {
    case Form::plain:
      return same_secret(text.substr(kPlain.size()), password);
    case Form::apr1:
      return same_secret(text, apr1(password, text.substr(kApr1.size())));
    case Form::sha: {
      const auto digest = decode_base64_without_padding(text.substr(kSha.size()));
      return digest && same_secret(*digest, sha1_of(password));
    }
    case Form::salted_sha: {
      const auto raw = decode_base64_without_padding(text.substr(kSaltedSha.size()));
      if (!raw) return false;
      std::string salted(password);
      salted.append(*raw, kSha1Size);
      const std::string digest = sha1_of(salted);
      wipe(salted);
      return same_secret(std::string_view(*raw).substr(0, kSha1Size), digest);
    }
    case Form::crypt: {
      std::string copy(password);
      const std::string hash = crypt_of(copy, text_);
      wipe(copy);
      return !hash.empty() && same_secret(hash, text);
    }
  }
  return false;
}

}  // namespace headgate::policy
