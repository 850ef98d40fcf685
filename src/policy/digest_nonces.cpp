#include "policy/digest_nonces.h"

#include <charconv>
#include <random>
#include <system_error>

#include "base/digest.h"

namespace headgate::policy {
namespace {

constexpr std::size_t kNumberDigits = 16;
constexpr std::size_t kMacDigits = 32;
constexpr std::size_t kNonceSize = 2 * kNumberDigits + kMacDigits;

std::string digits_of(std::uint64_t number) {
  char digits[kNumberDigits];
  for (std::size_t i = kNumberDigits; i-- > 0; number >>= 4) digits[i] = "0123456789abcdef"[number & 15];
  return {digits, kNumberDigits};
}

// 0 where it is none: of texts whose MAC is right.
std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return end.ec == std::errc() ? number : 0;
}

}  // namespace

DigestNonces::DigestNonces() {
  std::random_device device;
  while (key_.size() < 32) key_ += static_cast<char>(device() & 0xff);
}

std::string DigestNonces::mac(char purpose, std::string_view text) const {
  return hex_text(hmac_sha256(key_, std::string(1, purpose).append(text)));
}

// A salt, the time, and a MAC over both. Neither says anything to others: how many there have been, or how
// long the machine has been running.
std::string DigestNonces::make(TimePoint now) {
  const std::uint64_t number = made_.fetch_add(1, std::memory_order_relaxed);
  std::string nonce = mac('n', digits_of(number)).substr(0, kNumberDigits);
  const std::uint64_t mask = number_of(mac('t', nonce).substr(0, kNumberDigits));
  nonce += digits_of(static_cast<std::uint64_t>(now.time_since_epoch().count()) ^ mask);
  return nonce += mac('m', nonce).substr(0, kMacDigits);
}

DigestNonces::Use DigestNonces::use(std::string_view nonce, std::uint32_t count, TimePoint now) {
  if (nonce.size() != kNonceSize) return Use::stale;
  const std::string_view signed_part = nonce.substr(0, 2 * kNumberDigits);
  if (!same_secret(mac('m', signed_part).substr(0, kMacDigits), nonce.substr(2 * kNumberDigits)))
    return Use::stale;
  const std::uint64_t mask = number_of(mac('t', nonce.substr(0, kNumberDigits)).substr(0, kNumberDigits));
  const TimePoint made(
      Duration(static_cast<Duration::rep>(number_of(signed_part.substr(kNumberDigits)) ^ mask)));
  if (count == 0 || count > kMostUses) return Use::stale;
  const std::uint32_t bit = 1U << (count - 1);
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto at = known_.find(std::string(nonce));
  if (at == known_.end()) {
    if (now - made >= kLogin) return Use::stale;
    if (known_.size() >= kMostNonces) return Use::full;
    known_.emplace(nonce, Known{now + kReuse, bit});
    by_age_.emplace_back(now + kLogin + kReuse, nonce);
    return Use::good;
  }
  if (now >= at->second.until || (at->second.used & bit) != 0) return Use::stale;
  at->second.used |= bit;
  return Use::good;
}

// What is forgotten has been too old for a first use for some time.
void DigestNonces::forget_old(TimePoint now) {
  while (!by_age_.empty() && by_age_.front().first <= now) {
    known_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
}

}  // namespace headgate::policy
