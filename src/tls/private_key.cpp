#include "tls/private_key.h"

#include <openssl/err.h>

#include <optional>

#include "tls/der_reader.h"
#include "tls/pem.h"

namespace headgate::tls {
namespace {

// The algorithm's own structure, and the curve where PKCS#8 says it.
struct KeyFields {
  std::string_view algorithm;   // OID; empty: not PKCS#8
  std::string_view parameters;  // whole
  std::string_view key;         // whole: RSAPrivateKey, ECPrivateKey, …
};

std::optional<KeyFields> read_key_fields(std::string_view der) {
  DerElement list;
  if (!DerReader(der).next(kDerSequence, list)) return std::nullopt;
  DerReader reader(list.content);
  DerElement version;
  DerElement second;
  if (!reader.next(kDerInteger, version) || !reader.next(second)) return std::nullopt;
  if (second.tag != kDerSequence) return KeyFields{{}, {}, list.whole};
  KeyFields fields;
  DerReader algorithm(second.content);
  DerElement element;
  if (!algorithm.next(kDerOid, element)) return std::nullopt;
  fields.algorithm = element.content;
  if (algorithm.next(element)) fields.parameters = element.whole;
  if (!reader.next(kDerOctetString, element)) return std::nullopt;
  fields.key = element.content;
  return fields;
}

// The public point of an ECPrivateKey (RFC 5915), and its curve where it says so; false: it has no point.
bool read_ec_point(std::string_view der, std::string_view& point, std::string_view& curve) {
  DerElement list;
  if (!DerReader(der).next(kDerSequence, list)) return false;
  DerReader reader(list.content);
  DerElement element;
  if (!reader.next(kDerInteger, element) || !reader.next(kDerOctetString, element)) return false;
  if (reader.next_if(der_context(0), element)) curve = element.content;
  if (!reader.next_if(der_context(1), element)) return false;
  DerElement bits;
  if (!DerReader(element.content).next(kDerBitString, bits) || bits.content.size() < 2) return false;
  point = bits.content.substr(1);
  return true;
}

// RSAPrivateKey (RFC 8017 §A.1.2) of two primes: nine INTEGERs.
bool has_all_rsa_numbers(std::string_view der) {
  DerElement list;
  if (!DerReader(der).next(kDerSequence, list)) return false;
  DerReader reader(list.content);
  DerElement number;
  int count = 0;
  while (reader.next(kDerInteger, number)) ++count;
  return count == 9 && reader.empty();
}

KeyMatch match_slowly(std::string_view key_der, std::string_view certificate_der) {
  const KeyHandle key = parse_private_key(key_der);
  if (key == nullptr) return KeyMatch::unreadable;
  const X509Handle certificate = parse_certificate(certificate_der);
  const bool same = certificate != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return same ? KeyMatch::yes : KeyMatch::no;
}

}  // namespace

Result<std::string> read_private_key(std::string_view pem) {
  PemReader reader(pem);
  PemBlock block;
  while (reader.next(block)) {
    if (!block.label.ends_with("PRIVATE KEY")) continue;  // EC PARAMETERS, a certificate
    if (block.encrypted || block.label == "ENCRYPTED PRIVATE KEY")
      return fail("the private key is encrypted; it must be stored without a passphrase");
    if (block.broken) return fail("the private key is cut off or not base64");
    return std::move(block.der);
  }
  return fail("there is no private key in PEM form");
}

KeyMatch match_key(std::string_view key_der, const PublicKeyFields& public_key,
                   std::string_view certificate_der) {
  const std::optional<KeyFields> fields = read_key_fields(key_der);
  if (!fields) return KeyMatch::unreadable;
  if (!fields->algorithm.empty() && fields->algorithm != public_key.algorithm)
    return match_slowly(key_der, certificate_der);
  if (public_key.is_rsa()) {
    const std::optional<RsaNumbers> mine = read_rsa_numbers(fields->key, 1);
    const std::optional<RsaNumbers> its = read_rsa_numbers(public_key.bits, 0);
    if (mine && its && has_all_rsa_numbers(fields->key))
      return mine->modulus == its->modulus && mine->exponent == its->exponent ? KeyMatch::yes : KeyMatch::no;
  } else if (public_key.is_ec()) {
    std::string_view point;
    std::string_view curve = fields->parameters;
    if (read_ec_point(fields->key, point, curve) && point.size() == public_key.bits.size() && !curve.empty())
      return curve == public_key.parameters && point == public_key.bits ? KeyMatch::yes : KeyMatch::no;
  }
  return match_slowly(key_der, certificate_der);
}

KeyHandle parse_private_key(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  KeyHandle key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return key;
}

}  // namespace headgate::tls
