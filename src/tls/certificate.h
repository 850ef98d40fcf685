// A certificate chain with its private key, as a kubernetes.io/tls Secret gives it. Immutable and shared by
// all threads. What a handshake needs of it is parsed when the first handshake asks: an idle certificate
// costs its DER bytes and its names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headgate::tls {

class IntermediatePool;  // tls/intermediate.h
struct OcspStaple;       // tls/ocsp.h

enum class KeyType : std::uint8_t { rsa, ecdsa, other };
std::string_view to_string(KeyType type);  // "RSA", "ECDSA", …: label public_key_algorithm

// What the leaf says.
struct CertificateFacts {
  std::vector<std::string> names;  // DNS names of the SAN, lower case; the CN only where there is no SAN
  std::int64_t not_before = 0;     // seconds since 1970
  std::int64_t not_after = 0;
  std::string serial;  // decimal
  std::string issuer_common_name;
  std::string issuer_organization;
  std::string issuer_serial_number;  // the DN attribute, usually empty
  std::string fingerprint;           // SHA-256 of the leaf, hex
  KeyType key_type = KeyType::other;
};

class Certificate {
 public:
  // `chain`: PEM, leaf first, intermediates behind it; `key`: PEM (PKCS#1, PKCS#8 or SEC1, not encrypted).
  // Fails with one sentence that says what is wrong (no certificate in it, key of another certificate,
  // encrypted key, RSA shorter than 2048 bits …). An expired certificate is not an error here. `pool`: makes
  // equal intermediates one; used during the call only.
  static Result<std::shared_ptr<const Certificate>> from_pem(std::string_view chain, std::string_view key,
                                                             IntermediatePool* pool = nullptr);
  // ingress-nginx's default: self-signed, CN "Kubernetes Ingress Controller Fake Certificate", O "Acme Co",
  // SAN ingress.local, RSA 2048, one year from now.
  static Result<std::shared_ptr<const Certificate>> make_fake();

  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] const CertificateFacts& facts() const;
  // By RFC 6125: a name of the certificate equals `host`, or its one-label wildcard covers it. A `host` "*.x"
  // is covered by the name "*.x" alone.
  [[nodiscard]] bool covers(std::string_view host) const;

  // What handshakes staple from now on, until it is stale; null: nothing. Any thread. Not a part of what the
  // certificate is: it changes under the same Certificate.
  void set_staple(std::shared_ptr<const OcspStaple> staple) const;
  [[nodiscard]] std::shared_ptr<const OcspStaple> staple() const;

  // For the files of this folder: the parsed form, made at the first call (any thread); null where the key
  // cannot be used after all.
  struct Parsed;
  [[nodiscard]] const Parsed* parsed() const;
  struct State;
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  explicit Certificate(std::unique_ptr<State> state);
  [[nodiscard]] bool share_key(const Parsed& parsed) const;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::tls
