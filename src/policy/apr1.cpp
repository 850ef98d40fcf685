#include "policy/apr1.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/digest.h"

namespace headgate::policy {
namespace {

constexpr std::string_view kMagic = "$apr1$";
constexpr std::size_t kMostSalt = 8;
constexpr int kRounds = 1000;
constexpr std::size_t kDigest = 16;

std::string digest(const std::string& bytes) {
  const auto raw = md5(bytes);
  return {reinterpret_cast<const char*>(raw.data()), raw.size()};
}

// The 64 characters of crypt(3), least significant bits first.
void append_bits(std::string& out, std::uint32_t bits, int characters) {
  constexpr std::string_view kAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (int i = 0; i < characters; ++i, bits >>= 6) out.push_back(kAlphabet[bits & 0x3f]);
}

}  // namespace

std::string apr1(std::string_view password, std::string_view salt) {
  salt = salt.substr(0, std::min(salt.find('$'), kMostSalt));
  std::string text(password);
  std::string inner = text;
  inner.append(salt).append(text);
  const std::string first = digest(inner);

  std::string outer = text;
  outer.append(kMagic).append(salt);
  for (std::size_t left = text.size(); left > 0; left -= std::min(left, kDigest))
    outer.append(first, 0, std::min(left, kDigest));
  for (std::size_t length = text.size(); length != 0; length >>= 1)
    outer.push_back((length & 1) != 0 ? '\0' : text[0]);
  std::string last = digest(outer);

  std::string round;
  for (int i = 0; i < kRounds; ++i) {
    round = (i & 1) != 0 ? text : last;
    if (i % 3 != 0) round.append(salt);
    if (i % 7 != 0) round.append(text);
    round.append((i & 1) != 0 ? last : text);
    last = digest(round);
  }
  for (std::string* secret : {&text, &inner, &outer, &round}) wipe(*secret);

  std::string result(kMagic);
  result.append(salt).push_back('$');
  const auto byte = [&last](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(last[i]));
  };
  constexpr std::array<std::array<std::size_t, 3>, 5> kGroups = {
      {{0, 6, 12}, {1, 7, 13}, {2, 8, 14}, {3, 9, 15}, {4, 10, 5}}};
  for (const auto& group : kGroups)
    append_bits(result, (byte(group[0]) << 16) | (byte(group[1]) << 8) | byte(group[2]), 4);
  append_bits(result, byte(11), 2);
  return result;
}

}  // namespace headgate::policy
