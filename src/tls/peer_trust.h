// Whom a TLS client of ours trusts, and as whom it shows itself: one CA bundle and nothing else, never the
// system's. Immutable; shared by all threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace headgate::tls {

// All PEM.
struct PeerTrustSource {
  std::string_view ca;           // one or more certificates; an intermediate counts as an anchor too
  bool any_server = false;       // whoever answers is trusted; `ca` is not read
  std::string_view certificate;  // our own, leaf first; empty: none
  std::string_view key;
};

class PeerTrust {
 public:
  // Fails with one sentence that does not quote the input.
  static Result<std::shared_ptr<const PeerTrust>> make(const PeerTrustSource& source);
  ~PeerTrust();
  PeerTrust(const PeerTrust&) = delete;
  PeerTrust& operator=(const PeerTrust&) = delete;

  [[nodiscard]] bool any_server() const;
  // TLS 1.2 or newer, this trust instead of what `context` had, this identity. False: OpenSSL has no memory.
  bool apply(ssl_ctx_st* context) const;

 private:
  struct State;
  explicit PeerTrust(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What a client wants to know of handshakes whose TLS layer it does not own.
struct HandshakeNotes {
  std::function<void(void* connection)> on_start;
  std::string problem;      // of the last handshake that our side ended: OpenSSL's words on the certificate
  bool wrong_name = false;  // nothing but the certificate's names was wrong
};

// Fills `notes` at each handshake of `ssl` from now on, on the thread that runs it. `notes` and `connection`
// must outlive `ssl`.
void watch_handshakes(ssl_st* ssl, HandshakeNotes* notes, void* connection);

// OpenSSL's words for an error number, e.g. "certificate verify failed"; empty where it has none.
std::string openssl_reason(unsigned long code);

}  // namespace headgate::tls
