// The server side of one TLS connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tls/certificate_index.h"
#include "tls/client_auth.h"
#include "tls/server_context.h"
#include "tls/session.h"

namespace headgate::tls {

enum class Alpn : std::uint8_t { none, http1, h2 };

// Known once the handshake is done.
struct SessionFacts {
  std::string server_name;  // SNI: lower case, without trailing dot; empty where none or no host name
  Alpn alpn = Alpn::none;
  std::string_view protocol;  // "TLSv1.3"
  std::string_view cipher;    // OpenSSL's name
  bool resumed = false;
  // What the client was answered with: the certificate (the default one too) and the rule its own was judged
  // by.
  std::shared_ptr<const Certificate> certificate;
  std::shared_ptr<const ClientAuth> client_auth;          // null: none was asked for
  std::unique_ptr<const ClientCertificate> asked_client;  // likewise
  // What is known of the client's certificate, asked for or not.
  [[nodiscard]] const ClientCertificate& client() const;
};

class ServerSession final : public Session {
 public:
  // `index`: as of now; used during handshake() only, and kept alive by the session until it is done.
  ServerSession(const std::shared_ptr<const ServerContext>& context,
                std::shared_ptr<const CertificateIndex> index, Wire& wire);
  ~ServerSession() override;
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  SessionStatus handshake() override;
  SessionResult read(char* data, std::size_t size) override;
  [[nodiscard]] bool has_buffered() const override;
  [[nodiscard]] bool has_ended() const override;
  [[nodiscard]] bool was_said_goodbye() const override;
  SessionResult write(const char* data, std::size_t size) override;
  void close() override;

  [[nodiscard]] const SessionFacts& facts() const;
  // "no shared cipher", "http request" (plain HTTP came, no alert was sent), "unsupported protocol: TLS 1.0",
  // "unrecognized name", "tlsv1 alert unknown ca" (what the client sent).
  [[nodiscard]] std::string_view failure() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::tls
