// The fields of a certificate (RFC 5280 §4.1) as views into its DER, read without making an OpenSSL object of
// it: that costs 0.1 ms and 5 KiB, and ten thousand are read at start.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tls/certificate.h"

namespace headgate::tls {

struct PublicKeyFields {
  std::string_view algorithm;   // OID
  std::string_view parameters;  // the element behind it, whole: the curve
  std::string_view bits;        // the key: RSAPublicKey, or a curve's point

  [[nodiscard]] bool is_rsa() const;
  [[nodiscard]] bool is_ec() const;
  [[nodiscard]] KeyType type() const;
};

struct CertificateFields {
  std::string_view serial;  // whole
  std::string_view signature_algorithm;
  std::string_view issuer;      // whole
  std::string_view not_before;  // whole
  std::string_view not_after;   // whole
  std::string_view subject;     // whole
  PublicKeyFields key;
  std::string_view extensions;  // the content of the SEQUENCE; empty where there are none
};

// `der` is one certificate and nothing else; nullopt where it is not.
std::optional<CertificateFields> read_certificate_fields(std::string_view der);

// The subjectAltName's content; nullopt: the certificate has none.
std::optional<std::string_view> subject_alternative_names(const CertificateFields& fields);

struct RsaNumbers {
  std::string_view modulus;  // without leading zero bytes
  std::string_view exponent;
  [[nodiscard]] std::size_t bits() const;  // of the modulus
};
// `der`: the element that begins with modulus and exponent, after `skip` other INTEGERs.
std::optional<RsaNumbers> read_rsa_numbers(std::string_view der, int skip);

// Why no client takes this certificate, leaf or intermediate: "has an RSA key of 1024 bits; 2048 is the
// least"; empty: nothing is wrong with it.
std::string weakness(const CertificateFields& fields);

// Reads what CertificateFacts says out of the fields. Fails where a date or a name cannot be read.
Result<CertificateFacts> facts_of(std::string_view der, const CertificateFields& fields);

}  // namespace headgate::tls
