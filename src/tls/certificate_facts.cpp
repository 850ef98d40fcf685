// What CertificateFacts says, out of the fields of a certificate.
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "tls/certificate_fields.h"
#include "tls/der_reader.h"
#include "tls/openssl_handles.h"
#include "tls/server_name.h"

namespace headgate::tls {
namespace {

constexpr std::uint8_t kDnsName = 0x82;  // GeneralName [2], RFC 5280 §4.2.1.6

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool read_time(std::string_view der, std::int64_t& seconds) {
  const unsigned char* at = bytes(der);
  const Handle<ASN1_TIME, ASN1_TIME_free> time(d2i_ASN1_TIME(nullptr, &at, static_cast<long>(der.size())));
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time.get(), &parts) != 1) return false;
  seconds = ::timegm(&parts);
  return true;
}

std::string read_serial(std::string_view der) {
  const unsigned char* at = bytes(der);
  const Handle<ASN1_INTEGER, ASN1_INTEGER_free> number(
      d2i_ASN1_INTEGER(nullptr, &at, static_cast<long>(der.size())));
  if (number == nullptr) return {};
  const BignumHandle big(ASN1_INTEGER_to_BN(number.get(), nullptr));
  const TextHandle digits(big == nullptr ? nullptr : BN_bn2dec(big.get()));
  return digits == nullptr ? std::string() : std::string(digits.get());
}

NameHandle read_name(std::string_view der) {
  const unsigned char* at = bytes(der);
  return NameHandle(d2i_X509_NAME(nullptr, &at, static_cast<long>(der.size())));
}

std::string name_entry(const X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

// A host name, or "*." and one; empty where it is neither: such a name covers no host.
std::string host_name(std::string_view name) {
  const bool wildcard = name.starts_with("*.");
  if (wildcard) name.remove_prefix(2);
  ServerNameBuffer buffer;
  const std::string_view host = normalise_server_name(name, buffer);
  if (host.empty()) return {};
  return (wildcard ? "*." : "") + std::string(host);
}

std::vector<std::string> read_host_names(const CertificateFields& fields) {
  std::vector<std::string> names;
  const auto add = [&names](std::string name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  };
  if (const std::optional<std::string_view> list = subject_alternative_names(fields)) {
    DerReader reader(*list);
    DerElement name;
    while (reader.next(name)) {
      if (name.tag == kDnsName) add(host_name(name.content));
    }
  } else if (const NameHandle subject = read_name(fields.subject); subject != nullptr) {
    add(host_name(name_entry(subject.get(), NID_commonName)));
  }
  names.shrink_to_fit();
  return names;
}

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(bytes(data), data.size(), digest.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(digest.size() * 2);
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xF];
  }
  return hex;
}

}  // namespace

Result<CertificateFacts> facts_of(std::string_view der, const CertificateFields& fields) {
  CertificateFacts facts;
  if (!read_time(fields.not_before, facts.not_before) || !read_time(fields.not_after, facts.not_after)) {
    take_openssl_error();
    return fail("has no readable dates of validity");
  }
  const NameHandle issuer = read_name(fields.issuer);
  if (issuer == nullptr) {
    take_openssl_error();
    return fail("has no readable issuer");
  }
  facts.issuer_common_name = name_entry(issuer.get(), NID_commonName);
  facts.issuer_organization = name_entry(issuer.get(), NID_organizationName);
  facts.issuer_serial_number = name_entry(issuer.get(), NID_serialNumber);
  facts.serial = read_serial(fields.serial);
  facts.names = read_host_names(fields);
  facts.fingerprint = sha256_hex(der);
  facts.key_type = fields.key.type();
  return facts;
}

}  // namespace headgate::tls
