// What OpenSSL's callbacks know and decide during one handshake: which host the client names, and with that
// the certificate, the ciphers and what is asked of the client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "tls/certificate_index.h"
#include "tls/openssl_handles.h"
#include "tls/server_context.h"

namespace headgate::tls {

struct Handshake {
  const ServerSettings* settings = nullptr;
  std::shared_ptr<const CertificateIndex> index;
  const HostTls* host = nullptr;                  // of the index; null: nobody's, the default certificate
  std::string server_name;                        // normalised
  std::uint16_t version = 0;                      // the highest one the client offers; 0: not known
  const char* refusal = nullptr;                  // why one of the callbacks ended it
  int verify_error = 0;  // the last one that optional_no_ca does not let pass (X509_V_ERR_…)

  [[nodiscard]] const ClientAuth* client_auth() const {
    return host == nullptr ? nullptr : host->client_auth.get();
  }
};

// Makes `context` call back.
void install_handshake(SSL_CTX* context, const ServerSettings& settings);

// For a new SSL of such a context. `handshake` must live until the handshake is done or has failed.
void attach_handshake(SSL* ssl, Handshake& handshake);

// Empties the keys that made the secrets of a handshake which is done: OpenSSL would keep them, and what an
// attacker needs to read the connection with them, as long as the connection.
void forget_key_exchange(SSL* ssl);

// The certificate that `ssl` was answered with, after the handshake.
std::shared_ptr<const Certificate> chosen_certificate(const Handshake& handshake, const SSL* ssl);

// "TLS 1.0"
std::string version_name(std::uint16_t version);

}  // namespace headgate::tls
