// The TLS settings of the listeners, made ready for handshakes: protocols, ciphers, curves, session cache,
// tickets, ALPN. One for all hosts and Workers (certificates are chosen per handshake from the
// CertificateIndex), so that a session made on one Worker resumes on another. Immutable but for the session
// cache, which locks for itself.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;

namespace headgate::tls {

// nginx's 80-byte form: 16 bytes name, 32 bytes HMAC key, 32 bytes AES-256 key.
using TicketKey = std::array<unsigned char, 80>;

// ConfigMap keys of ingress-nginx in brackets; the defaults are its own.
struct ServerSettings {
  bool tls12 = true;  // [ssl-protocols]; anything below TLS 1.2 is refused where the ConfigMap is read
  bool tls13 = true;
  // [ssl-ciphers], TLS 1.2; empty: Mozilla intermediate without DHE. What is unsafe in it is not used:
  // tls/cipher_list.h says which.
  std::string ciphers;
  std::string curves;         // [ssl-ecdh-curve]; empty or "auto": X25519, P-256 and P-384
  bool session_cache = true;  // [ssl-session-cache]
  // [ssl-session-cache-size], 256 bytes each as nginx counts: 10m. OpenSSL needs 1 KiB for one, and 6 KiB
  // where it has a client's certificate.
  std::uint32_t session_cache_entries = 40960;
  std::chrono::seconds session_timeout{600};  // [ssl-session-timeout]
  bool tickets = false;                       // [ssl-session-tickets]
  // The first key makes tickets, all open them. Empty: keys of our own, rotated every 12 hours, the previous
  // one accepted.
  std::vector<TicketKey> ticket_keys;  // [ssl-session-ticket-key] or a Secret
  bool reject_handshake = false;  // [ssl-reject-handshake]: names without an entry in the index get an alert
  bool http2 = true;              // [use-http2]: offer h2 by ALPN
  bool ocsp = false;              // [enable-ocsp]
  friend bool operator==(const ServerSettings&, const ServerSettings&) = default;
};

class ServerContext {
 public:
  // Fails with one sentence naming the setting OpenSSL does not take (a cipher list without a cipher …).
  // `before`: the context that this one takes the place of, or null. Where both seal tickets with keys of our
  // own these are the same, so that its tickets still resume; sessions in its memory do not.
  static Result<std::shared_ptr<const ServerContext>> make(const ServerSettings& settings,
                                                           const ServerContext* before = nullptr);
  ~ServerContext();
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;

  [[nodiscard]] const ServerSettings& settings() const;
  [[nodiscard]] ssl_ctx_st* native() const;  // for the files of this folder
  // To be called after each handshake: now and then it drops the sessions that have expired. Until then they
  // only take room, of which there is session_cache_entries; nobody can resume them. Any thread.
  void tidy_sessions() const;

 private:
  struct State;
  explicit ServerContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace headgate::tls
