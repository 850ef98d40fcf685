// What a ServerSession and a ClientSession do alike: reading, writing and ending a connection, what OpenSSL's
// results mean, and the bounds on what a peer may make us do for nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tls/openssl_handles.h"
#include "tls/session.h"
#include "tls/wire_bio.h"

namespace headgate::tls {

// Owned by the session.
struct SessionCore {
  enum class Phase : std::uint8_t { handshake, open, failed };

  explicit SessionCore(Wire& its_wire);
  ~SessionCore();
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;

  // Makes `ssl`, without a side yet. False: no memory.
  bool start(SSL_CTX* context);
  // The handshake is done.
  void open();
  void fail_with(std::string reason);
  // What a call of OpenSSL that did not succeed means. It was made with an empty error queue, which is what
  // tells a failure from want of bytes, and the queue is left empty: read() and write() need not clear it.
  // Where it failed without a reason of the Wire's, `reason` (OpenSSL's words) is the failure.
  SessionStatus judge(int result);

  SessionResult read(char* data, std::size_t size);
  SessionResult write(const char* data, std::size_t size);
  void close();
  [[nodiscard]] bool has_buffered() const { return SSL_has_pending(ssl.get()) == 1; }
  // An end without close_notify comes as the end of the wire.
  [[nodiscard]] bool was_said_goodbye() const { return peer_closed && !wire.ended; }
  [[nodiscard]] bool has_ended() const { return peer_closed || phase == Phase::failed; }

  WireBio wire;
  SslHandle ssl;
  Phase phase = Phase::handshake;
  bool peer_closed = false;
  bool close_sent = false;
  std::size_t key_updates = 0;    // received; counted by count_key_updates()
  std::uint64_t plaintext = 0;    // bytes read
  const char* refusal = nullptr;  // why a callback of ours ended the handshake
  unsigned long error_code = 0;   // OpenSSL's, of the failure
  std::string failure;

 private:
  [[nodiscard]] bool has_too_many_key_updates() const;
};

// For every SSL of `context`, whose message callback's argument is its SessionCore::key_updates.
void count_key_updates(SSL_CTX* context);

}  // namespace headgate::tls
