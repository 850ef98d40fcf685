// A TLS client whose every choice is the test's: name, protocols, ciphers, session, certificate of its own.
// Blocking, one connection, a deadline on every wait; speaks what a RawClient speaks inside.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/file_descriptor.h"
#include "support/stream_client.h"
#include "support/test_certificate.h"

namespace headgate::test_support {

using TlsSession = std::shared_ptr<SSL_SESSION>;

struct TlsOptions {
  std::string server_name;        // empty: no SNI
  std::vector<std::string> alpn;  // empty: no ALPN
  int least_version = 0;          // TLS1_2_VERSION …; 0: OpenSSL's own limits, at security level 0
  int most_version = 0;
  std::string ciphers;       // TLS 1.2 and below, OpenSSL's syntax; empty: all it has
  std::string ciphersuites;  // TLS 1.3
  std::string groups;
  bool tickets = true;                        // TLS 1.2: asks for a session ticket
  TlsSession session;                         // to be resumed
  bool ask_staple = false;                    // for an OCSP response
  bool renegotiation = false;                 // would take part in one (insecure ones too)
  bool close_notify = true;                   // says goodbye when destroyed
  const TestCertificate* identity = nullptr;  // shown where the server asks; outlives the client
  std::string address = "127.0.0.1";
};

class TlsClient : public StreamClient {
 public:
  // Connects and shakes hands; failure() says how that went. Throws std::runtime_error where not even the
  // connection is accepted, std::logic_error for options OpenSSL does not take.
  explicit TlsClient(std::uint16_t port, const TlsOptions& options = {},
                     std::chrono::milliseconds within = kPatience);
  ~TlsClient() override;
  TlsClient(TlsClient&&) = default;
  TlsClient& operator=(TlsClient&&) = default;

  // Empty where the handshake succeeded; else OpenSSL's reason ("tlsv1 alert protocol version"), "closed",
  // "timed out".
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] bool is_secure() const { return failure_.empty(); }

  bool send(std::string_view bytes, std::chrono::milliseconds within = kPatience) override;
  [[nodiscard]] int fd() const override { return socket_.get(); }
  MessageReader& reader() override { return *reader_; }
  // Decrypted bytes are waiting in OpenSSL, so poll(2) on fd() may not say so.
  [[nodiscard]] bool has_pending() const { return SSL_has_pending(ssl()) == 1; }

  [[nodiscard]] std::string protocol() const { return SSL_get_version(ssl()); }  // "TLSv1.3"
  [[nodiscard]] std::string cipher() const { return SSL_get_cipher_name(ssl()); }
  [[nodiscard]] std::string alpn() const;
  [[nodiscard]] bool was_resumed() const { return SSL_session_reused(ssl()) == 1; }
  // The server's certificate: TestCertificate::fingerprint() of it; empty without one.
  [[nodiscard]] std::string server_fingerprint() const;
  // The OCSP response that came with the handshake, DER; empty: none.
  [[nodiscard]] std::string staple() const;
  // The newest session; TLS 1.3 sends them with or after the first answer. Null where there is none.
  [[nodiscard]] TlsSession session() const;
  // close_notify and end of the connection.
  void close();
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  void shake_hands(const Deadline& deadline);

  FileDescriptor socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::unique_ptr<MessageReader> reader_;
  std::string failure_;
  bool close_notify_ = true;
};

}  // namespace headgate::test_support
