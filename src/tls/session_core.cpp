#include "tls/session_core.h"

#include <openssl/err.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace headgate::tls {
namespace {

// Ciphertext that may come before the handshake is done: a hello, a client's chain, and data sent early.
constexpr std::size_t kMostHandshakeBytes = std::size_t{96} * 1024;
// Ciphertext without any plaintext in it: alerts, refused renegotiations, KeyUpdates, empty records. A record
// has 16 KiB and a bit.
constexpr std::size_t kMostBytesWithoutData = std::size_t{64} * 1024;
// KeyUpdates: this many, and one more for each 64 KiB of plaintext. Real clients send one in many GiB.
constexpr std::size_t kMostKeyUpdates = 32;
constexpr std::size_t kDataPerKeyUpdate = std::size_t{64} * 1024;

int clamp_to_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

constexpr int kKeyUpdate = 24;  // RFC 8446 §4

void on_message(int sent, int, int content_type, const void* data, std::size_t size, SSL*,
                void* key_updates) {
  if (sent != 0 || content_type != SSL3_RT_HANDSHAKE || size == 0) return;
  if (*static_cast<const unsigned char*>(data) == kKeyUpdate) ++*static_cast<std::size_t*>(key_updates);
}

}  // namespace

SessionCore::SessionCore(Wire& its_wire) : wire(its_wire) { wire.allowance = kMostHandshakeBytes; }

SessionCore::~SessionCore() {
  // Whether the peer closed properly says nothing about the session (RFC 5246 §7.2.1): without this OpenSSL
  // would forget it.
  if (phase == Phase::open) SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

bool SessionCore::start(SSL_CTX* context) {
  ssl.reset(SSL_new(context));
  BIO* const bio = ssl == nullptr ? nullptr : make_bio(wire);
  if (bio == nullptr) return false;
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_msg_callback_arg(ssl.get(), &key_updates);
  return true;
}

void SessionCore::open() {
  phase = Phase::open;
  wire.allowance = kMostBytesWithoutData;
  ERR_clear_error();
}

void SessionCore::fail_with(std::string reason) {
  phase = Phase::failed;
  failure = std::move(reason);
  ERR_clear_error();
}

bool SessionCore::has_too_many_key_updates() const {
  return key_updates > kMostKeyUpdates + plaintext / kDataPerKeyUpdate;
}

SessionStatus SessionCore::judge(int result) {
  const int error = SSL_get_error(ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return SessionStatus::would_block;
  if (wire.overdrawn) {
    fail_with(phase == Phase::handshake ? "handshake too large" : "too many records without data");
  } else if (refusal != nullptr) {
    fail_with(refusal);
  } else if (wire.failed) {
    fail_with("connection failed");
  } else if (error == SSL_ERROR_ZERO_RETURN || (wire.ended && error == SSL_ERROR_SYSCALL)) {
    ERR_clear_error();
    peer_closed = true;
    return SessionStatus::closed;
  } else {
    error_code = ERR_peek_error();
    fail_with(take_openssl_error());
  }
  return SessionStatus::failed;
}

SessionResult SessionCore::read(char* data, std::size_t size) {
  if (phase != Phase::open) return {SessionStatus::failed};
  if (peer_closed) return {SessionStatus::closed};
  wire.drained = false;
  std::size_t total = 0;
  while (total < size) {
    const int got = SSL_read(ssl.get(), data + total, clamp_to_int(size - total));
    if (has_too_many_key_updates()) {
      fail_with("too many key updates");
      return {SessionStatus::failed};
    }
    if (got <= 0) {
      const SessionStatus status = judge(got);
      if (total == 0) return {status};
      break;  // what was read first; the next call says the rest
    }
    total += static_cast<std::size_t>(got);
    plaintext += static_cast<std::size_t>(got);
    wire.allowance = kMostBytesWithoutData;
    if (wire.drained && SSL_has_pending(ssl.get()) == 0) break;
  }
  return {SessionStatus::done, total};
}

SessionResult SessionCore::write(const char* data, std::size_t size) {
  if (phase != Phase::open || close_sent) return {SessionStatus::failed};
  std::size_t total = 0;
  while (total < size) {
    const int put = SSL_write(ssl.get(), data + total, clamp_to_int(size - total));
    if (put <= 0) {
      const SessionStatus status = judge(put);
      if (total == 0 || status != SessionStatus::would_block) return {status};
      fail_with("the wire took a part of a write only");
      return {SessionStatus::failed};
    }
    total += static_cast<std::size_t>(put);
  }
  return {SessionStatus::done, total};
}

void SessionCore::close() {
  if (phase != Phase::open || close_sent) return;
  close_sent = true;
  ERR_clear_error();
  SSL_shutdown(ssl.get());
  ERR_clear_error();
}

void count_key_updates(SSL_CTX* context) { SSL_CTX_set_msg_callback(context, on_message); }

}  // namespace headgate::tls
