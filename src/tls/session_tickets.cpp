#include "tls/session_tickets.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstring>
#include <utility>

namespace headgate::tls {

SessionTickets::SessionTickets(std::vector<TicketKey> given) : own_(given.empty()), keys_(std::move(given)) {}

SessionTickets::~SessionTickets() {
  for (TicketKey& key : keys_) OPENSSL_cleanse(key.data(), key.size());
}

// Keys are made when they are needed, so the age is looked at, not counted: after a quiet day none is left.
void SessionTickets::rotate(TimePoint now) {
  if (!own_) return;
  const Duration age = now - made_;
  if (!keys_.empty() && age < kRotateAfter) return;
  TicketKey fresh;
  if (RAND_priv_bytes(fresh.data(), static_cast<int>(fresh.size())) != 1) return;
  // The one that sealed until now opens for as long again; anything older is forgotten.
  if (age >= 2 * kRotateAfter) keys_.clear();
  if (keys_.size() > 1) keys_.resize(1);
  keys_.insert(keys_.begin(), fresh);
  made_ = now;
}

std::optional<TicketKey> SessionTickets::sealing(TimePoint now) {
  const std::lock_guard lock(mutex_);
  rotate(now);
  if (keys_.empty()) return std::nullopt;
  return keys_.front();
}

std::optional<SessionTickets::Opening> SessionTickets::opening(std::string_view name, TimePoint now) {
  const std::lock_guard lock(mutex_);
  rotate(now);
  if (name.size() != kNameSize) return std::nullopt;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (std::memcmp(keys_[i].data(), name.data(), kNameSize) == 0) return Opening{keys_[i], i > 0};
  }
  return std::nullopt;
}

}  // namespace headgate::tls
