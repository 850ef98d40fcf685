#include "tls/certificate_fields.h"

#include <algorithm>
#include <array>
#include <bit>

#include "tls/der_reader.h"

namespace headgate::tls {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLeastRsaBits = 2048;
// A signature costs its Worker 5 ms here, and eight times as much with each doubling: no tenant may take that
// from the others.
constexpr std::size_t kMostRsaBits = 4096;

constexpr std::string_view kRsaEncryption = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv;
constexpr std::string_view kRsaPss = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"sv;
constexpr std::string_view kEcPublicKey = "\x2a\x86\x48\xce\x3d\x02\x01"sv;
constexpr std::string_view kDsa = "\x2a\x86\x48\xce\x38\x04\x01"sv;
constexpr std::string_view kSubjectAltName = "\x55\x1d\x11"sv;

struct WeakSignature {
  std::string_view algorithm;
  std::string_view name;
};
constexpr std::array<WeakSignature, 3> kWeakSignatures{
    WeakSignature{"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"sv, "MD5"},
    WeakSignature{"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"sv, "SHA-1"},
    WeakSignature{"\x2a\x86\x48\xce\x3d\x04\x01"sv, "SHA-1"},
};

std::string_view without_leading_zeros(std::string_view number) {
  const std::size_t at = number.find_first_not_of('\0');
  return at == std::string_view::npos ? std::string_view() : number.substr(at);
}

bool read_public_key(std::string_view info, PublicKeyFields& key) {
  DerReader reader(info);
  DerElement algorithm;
  DerElement bits;
  if (!reader.next(kDerSequence, algorithm) || !reader.next(kDerBitString, bits)) return false;
  DerReader inner(algorithm.content);
  DerElement oid;
  DerElement parameters;
  if (!inner.next(kDerOid, oid)) return false;
  if (inner.next(parameters)) key.parameters = parameters.whole;
  if (bits.content.empty() || bits.content.front() != '\0') return false;
  key.algorithm = oid.content;
  key.bits = bits.content.substr(1);
  return true;
}

}  // namespace

bool PublicKeyFields::is_rsa() const { return algorithm == kRsaEncryption; }
bool PublicKeyFields::is_ec() const { return algorithm == kEcPublicKey; }
KeyType PublicKeyFields::type() const {
  if (is_rsa() || algorithm == kRsaPss) return KeyType::rsa;
  return is_ec() ? KeyType::ecdsa : KeyType::other;
}

std::optional<CertificateFields> read_certificate_fields(std::string_view der) {
  DerReader file(der);
  DerElement certificate;
  if (!file.next(kDerSequence, certificate) || !file.empty()) return std::nullopt;
  DerReader parts(certificate.content);
  DerElement body;
  DerElement algorithm;
  DerElement signature;
  if (!parts.next(kDerSequence, body) || !parts.next(kDerSequence, algorithm) ||
      !parts.next(kDerBitString, signature) || !parts.empty())
    return std::nullopt;

  CertificateFields fields;
  DerElement element;
  if (!DerReader(algorithm.content).next(kDerOid, element)) return std::nullopt;
  fields.signature_algorithm = element.content;

  DerReader reader(body.content);
  reader.next_if(der_context(0), element);  // version
  if (!reader.next(kDerInteger, element)) return std::nullopt;
  fields.serial = element.whole;
  if (!reader.next(kDerSequence, element)) return std::nullopt;  // the signature's algorithm once more
  if (!reader.next(kDerSequence, element)) return std::nullopt;
  fields.issuer = element.whole;
  if (!reader.next(kDerSequence, element)) return std::nullopt;
  DerReader validity(element.content);
  if (!validity.next(element)) return std::nullopt;
  fields.not_before = element.whole;
  if (!validity.next(element)) return std::nullopt;
  fields.not_after = element.whole;
  if (!reader.next(kDerSequence, element)) return std::nullopt;
  fields.subject = element.whole;
  if (!reader.next(kDerSequence, element) || !read_public_key(element.content, fields.key))
    return std::nullopt;
  while (reader.next(element)) {
    if (element.tag != der_context(3)) continue;
    DerElement list;
    if (!DerReader(element.content).next(kDerSequence, list)) return std::nullopt;
    fields.extensions = list.content;
  }
  if (!reader.empty()) return std::nullopt;
  return fields;
}

std::optional<std::string_view> subject_alternative_names(const CertificateFields& fields) {
  DerReader reader(fields.extensions);
  DerElement extension;
  while (reader.next(extension)) {
    DerReader parts(extension.content);
    DerElement oid;
    DerElement ignored;
    DerElement value;
    DerElement names;
    if (!parts.next(kDerOid, oid) || oid.content != kSubjectAltName) continue;
    parts.next_if(kDerBoolean, ignored);  // critical
    if (!parts.next(kDerOctetString, value)) continue;
    if (DerReader(value.content).next(kDerSequence, names)) return names.content;
  }
  return std::nullopt;
}

std::size_t RsaNumbers::bits() const {
  if (modulus.empty()) return 0;
  return modulus.size() * 8 -
         static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(modulus[0])));
}

std::optional<RsaNumbers> read_rsa_numbers(std::string_view der, int skip) {
  DerElement list;
  if (!DerReader(der).next(kDerSequence, list)) return std::nullopt;
  DerReader reader(list.content);
  DerElement number;
  for (int i = 0; i < skip; ++i) {
    if (!reader.next(kDerInteger, number)) return std::nullopt;
  }
  RsaNumbers numbers;
  if (!reader.next(kDerInteger, number)) return std::nullopt;
  numbers.modulus = without_leading_zeros(number.content);
  if (!reader.next(kDerInteger, number)) return std::nullopt;
  numbers.exponent = without_leading_zeros(number.content);
  return numbers;
}

std::string weakness(const CertificateFields& fields) {
  if (fields.key.type() == KeyType::rsa) {
    const std::optional<RsaNumbers> rsa = read_rsa_numbers(fields.key.bits, 0);
    if (!rsa) return "has an RSA key that cannot be read";
    if (rsa->bits() < kLeastRsaBits)
      return "has an RSA key of " + std::to_string(rsa->bits()) + " bits; " + std::to_string(kLeastRsaBits) +
             " is the least";
    if (rsa->bits() > kMostRsaBits)
      return "has an RSA key of " + std::to_string(rsa->bits()) + " bits; " + std::to_string(kMostRsaBits) +
             " is the most";
  }
  if (fields.key.algorithm == kDsa) return "has a DSA key, which TLS does not use any more";
  if (fields.issuer == fields.subject) return {};  // nobody checks the signature of an anchor
  const auto* weak =
      std::find_if(kWeakSignatures.begin(), kWeakSignatures.end(),
                   [&](const WeakSignature& row) { return row.algorithm == fields.signature_algorithm; });
  if (weak == kWeakSignatures.end()) return {};
  return "is signed with " + std::string(weak->name) + ", which clients do not accept";
}

}  // namespace headgate::tls
