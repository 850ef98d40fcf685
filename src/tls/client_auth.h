// What a host asks of its clients' certificates (the auth-tls-* annotations of ingress-nginx): CA, CRL,
// depth. Immutable; shared by all threads. Failures do not end the handshake, they are answered with HTTP
// (400): docs/life-of-a-request.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::tls {

// auth-tls-verify-client.
enum class VerifyClient : std::uint8_t {
  on,              // a certificate is asked for, and must be there and good
  optional,        // asked for; where one is given it must be good
  optional_no_ca,  // asked for; whether a known CA signed it does not matter
};

class ClientAuth {
 public:
  // `ca`: PEM, one or more certificates (ca.crt); `crl`: PEM or empty (ca.crl). Fails with one sentence.
  static Result<std::shared_ptr<const ClientAuth>> make(VerifyClient verify, int depth, std::string_view ca,
                                                        std::string_view crl);
  ~ClientAuth();
  ClientAuth(const ClientAuth&) = delete;
  ClientAuth& operator=(const ClientAuth&) = delete;

  [[nodiscard]] VerifyClient verify() const;
  // Equal exactly where verify, depth, CA and CRL are: sessions are resumed, and HTTP/2 connections shared by
  // hosts, only inside one digest.
  [[nodiscard]] std::string_view digest() const;

  struct State;  // for the files of this folder
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  explicit ClientAuth(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The outcome for one connection.
struct ClientCertificate {
  enum class Verdict : std::uint8_t { not_asked, none, success, failed };
  Verdict verdict = Verdict::not_asked;
  std::string failure;  // where failed: OpenSSL's words, e.g. "certificate has expired"
  // Where failed: nothing but a known CA is missing, which VerifyClient::optional_no_ca lets pass.
  bool lacks_only_a_known_ca = false;
  std::string subject_dn;   // RFC 2253
  std::string issuer_dn;    // RFC 2253
  std::string pem;          // of the leaf
  std::string serial;       // in hexadecimal, upper case
  std::string fingerprint;  // SHA-1 of its DER, in hexadecimal, lower case
  // nginx's $ssl_client_verify: "NONE", "SUCCESS", "FAILED:certificate has expired".
  [[nodiscard]] std::string verify_text() const;
};

}  // namespace headgate::tls
