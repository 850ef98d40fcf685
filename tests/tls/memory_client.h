// A TLS client over memory against a ServerSession: both sides in one thread, without a socket.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tls/server_session.h"

namespace headgate::tls {

// Two pipes of bytes. Gives the server at most `chunk` bytes at a time.
class MemoryWire final : public Wire {
 public:
  WireStatus receive(char* data, std::size_t size, std::size_t& received) override;
  WireStatus send(const char* data, std::size_t size) override;

  std::string to_server;
  std::string to_client;
  std::size_t chunk = std::size_t{1} << 20;
  std::size_t receives = 0;  // calls
  std::size_t sends = 0;
  bool refuses = false;  // takes nothing
  bool ended = false;    // the client has closed, once to_server is empty
};

struct ClientOptions {
  std::string server_name{};  // empty: no SNI
  int lowest = TLS1_2_VERSION;
  int highest = TLS1_3_VERSION;
  std::string ciphers{};  // TLS 1.2
  std::string suites{};   // TLS 1.3
  std::string groups{};
  std::string signature_algorithms{};
  std::vector<std::string> protocols{};  // ALPN
  std::string certificate_chain{};       // PEM
  std::string key{};                     // PEM
  bool ask_for_staple = false;
  bool tickets = true;
};

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using ClientSession = std::unique_ptr<SSL_SESSION, FreeSession>;

// A client and the server it talks to.
class MemoryClient {
 public:
  MemoryClient(const std::shared_ptr<const ServerContext>& context,
               const std::shared_ptr<const CertificateIndex>& index, const ClientOptions& options = {},
               SSL_SESSION* resume = nullptr);
  ~MemoryClient();
  MemoryClient(const MemoryClient&) = delete;
  MemoryClient& operator=(const MemoryClient&) = delete;

  // Turns both sides until both are done or one has failed; the server's state.
  SessionStatus handshake();
  // What the server reads of what the client writes.
  std::string send(std::string_view text);
  // What the client reads of what the server writes.
  std::string reply(std::string_view text);
  // Moves bytes to and from the client without the server.
  void pump();
  // Everything the client can read now; sets `closed` on close_notify.
  std::string receive();
  // The newest session the server gave; closes properly, so that it can be resumed.
  ClientSession finish();

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] bool closed() const { return closed_; }
  // Of the alert the client received, "unrecognized name"; empty: none.
  [[nodiscard]] const std::string& alert() const { return alert_; }
  [[nodiscard]] std::string protocol() const;            // ALPN
  [[nodiscard]] std::string server_fingerprint() const;  // SHA-256, hex; empty: no certificate
  [[nodiscard]] std::string staple() const;
  [[nodiscard]] const std::vector<std::string>& requested_authorities() const { return authorities_; }
  [[nodiscard]] SSL* native() { return ssl_.get(); }

  MemoryWire wire;
  ServerSession server;

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  bool step();

  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  bool connected_ = false;
  bool closed_ = false;
  bool failed_ = false;
  std::string alert_{};
  std::vector<std::string> authorities_{};
  ClientSession newest_;
};

}  // namespace headgate::tls
