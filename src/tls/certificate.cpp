#include "tls/certificate.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tls/certificate_fields.h"
#include "tls/certificate_state.h"
#include "tls/pem.h"
#include "tls/private_key.h"

namespace headgate::tls {
namespace {

// Real chains are a tenth of these; what is larger costs every handshake.
constexpr std::size_t kMostChainText = std::size_t{64} * 1024;
constexpr std::size_t kMostKeyText = std::size_t{32} * 1024;
constexpr std::size_t kMostCertificates = 10;

std::string ordinal(std::size_t index) {
  if (index == 0) return "the certificate";
  return "certificate " + std::to_string(index + 1) + " of the chain";
}

Result<std::vector<std::string>> read_chain(std::string_view pem) {
  if (pem.size() > kMostChainText)
    return fail("the certificate chain has " + std::to_string(pem.size()) + " bytes; " +
                std::to_string(kMostChainText) + " is the most");
  std::vector<std::string> chain;
  PemReader reader(pem);
  PemBlock block;
  while (reader.next(block)) {
    if (block.label.empty()) return fail("a BEGIN line of the certificate chain has no end");
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
    if (block.broken || block.encrypted) return fail(ordinal(chain.size()) + " is cut off or not base64");
    if (chain.size() == kMostCertificates)
      return fail("the chain has more than " + std::to_string(kMostCertificates) + " certificates");
    chain.push_back(std::move(block.der));
  }
  if (chain.empty()) return fail("there is no certificate in PEM form");
  return chain;
}

// Why the key does not fit the first certificate, in words that help.
std::string mismatch(const std::vector<std::string>& chain, const std::vector<CertificateFields>& fields,
                     std::string_view key) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (match_key(key, fields[i].key, chain[i]) == KeyMatch::yes)
      return "the private key belongs to certificate " + std::to_string(i + 1) +
             " of the chain; the certificate of the host must come first";
  }
  return "the private key belongs to another certificate";
}

// Whether what the key signs, the certificate verifies: keys are compared by their public numbers when they
// are read, and the private ones may be anything. (EVP_PKEY_pairwise_check takes 35 ms for RSA.)
bool fits(EVP_PKEY* key, X509* certificate) {
  using DigestHandle = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
  constexpr std::array<unsigned char, 8> kText{'h', 'e', 'a', 'd', 'g', 'a', 't', 'e'};
  const bool own_digest = EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1;
  const EVP_MD* const digest = own_digest ? nullptr : EVP_sha256();
  const DigestHandle signing(EVP_MD_CTX_new());
  const DigestHandle verifying(EVP_MD_CTX_new());
  std::vector<unsigned char> signature(static_cast<std::size_t>(std::max(EVP_PKEY_get_size(key), 0)));
  std::size_t size = signature.size();
  return signing != nullptr && verifying != nullptr &&
         EVP_DigestSignInit(signing.get(), nullptr, digest, nullptr, key) == 1 &&
         EVP_DigestSign(signing.get(), signature.data(), &size, kText.data(), kText.size()) == 1 &&
         EVP_DigestVerifyInit(verifying.get(), nullptr, digest, nullptr, X509_get0_pubkey(certificate)) ==
             1 &&
         EVP_DigestVerify(verifying.get(), signature.data(), size, kText.data(), kText.size()) == 1;
}

}  // namespace

std::string_view to_string(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return "RSA";
    case KeyType::ecdsa:
      return "ECDSA";
    case KeyType::other:
      break;
  }
  return "other";
}

Certificate::State::~State() { OPENSSL_cleanse(key.data(), key.size()); }

Certificate::Certificate(std::unique_ptr<State> state) : state_(std::move(state)) {}
Certificate::~Certificate() = default;

Result<std::shared_ptr<const Certificate>> Certificate::from_pem(std::string_view chain_pem,
                                                                 std::string_view key_pem,
                                                                 IntermediatePool* pool) {
  auto chain = read_chain(chain_pem);
  if (!chain) return fail(chain.error().message);
  if (key_pem.size() > kMostKeyText)
    return fail("the private key has " + std::to_string(key_pem.size()) + " bytes; " +
                std::to_string(kMostKeyText) + " is the most");
  auto key = read_private_key(key_pem);
  if (!key) return fail(key.error().message);

  std::vector<CertificateFields> fields;
  for (std::size_t i = 0; i < chain->size(); ++i) {
    const std::optional<CertificateFields> read = read_certificate_fields((*chain)[i]);
    if (!read) return fail(ordinal(i) + " is not an X.509 certificate");
    if (const std::string reason = weakness(*read); !reason.empty()) return fail(ordinal(i) + " " + reason);
    fields.push_back(*read);
  }
  switch (match_key(*key, fields[0].key, (*chain)[0])) {
    case KeyMatch::yes:
      break;
    case KeyMatch::no:
      return fail(mismatch(*chain, fields, *key));
    case KeyMatch::unreadable:
      return fail("the private key is not one of PKCS#8, PKCS#1 or SEC1 that OpenSSL can read");
  }
  auto facts = facts_of((*chain)[0], fields[0]);
  if (!facts) return fail(ordinal(0) + " " + facts.error().message);

  auto state = std::make_unique<State>();
  state->facts = std::move(*facts);
  state->leaf = std::move((*chain)[0]);
  state->key = std::move(*key);
  state->intermediates.reserve(chain->size() - 1);
  for (std::size_t i = 1; i < chain->size(); ++i) {
    std::string& der = (*chain)[i];
    state->intermediates.push_back(pool != nullptr ? pool->intern(std::move(der))
                                                   : std::make_shared<const Intermediate>(std::move(der)));
  }
  return std::shared_ptr<const Certificate>(new Certificate(std::move(state)));
}

const CertificateFacts& Certificate::facts() const { return state_->facts; }

bool Certificate::covers(std::string_view host) const {
  const std::size_t dot = host.find('.');
  const std::string_view parent = dot == std::string_view::npos ? std::string_view() : host.substr(dot);
  return std::any_of(state_->facts.names.begin(), state_->facts.names.end(), [&](std::string_view name) {
    if (name == host) return true;
    return name.starts_with("*.") && !host.starts_with("*.") && dot > 0 && !parent.empty() &&
           name.substr(1) == parent;
  });
}

// OpenSSL compares the leaf's public key with the private key in each handshake, which costs 1 % of it,
// unless they are one object, which this makes of them where they are equal. False: the leaf would not be
// what its issuer signed any more.
bool Certificate::share_key(const Parsed& parsed) const {
  unsigned char* encoded = nullptr;
  if (EVP_PKEY_eq(X509_get0_pubkey(parsed.leaf.get()), parsed.key.get()) != 1) return true;
  if (X509_set_pubkey(parsed.leaf.get(), parsed.key.get()) != 1) return false;
  const int size = i2d_X509(parsed.leaf.get(), &encoded);
  const bool same = size > 0 && std::string_view(reinterpret_cast<const char*>(encoded),
                                                 static_cast<std::size_t>(size)) == state_->leaf;
  OPENSSL_free(encoded);
  return same;
}

const Certificate::Parsed* Certificate::parsed() const {
  std::call_once(state_->once, [this] {
    auto parsed = std::make_unique<Parsed>();
    parsed->leaf = parse_certificate(state_->leaf);
    parsed->key = parse_private_key(state_->key);
    parsed->chain.reset(sk_X509_new_null());
    bool good = parsed->leaf != nullptr && parsed->key != nullptr && parsed->chain != nullptr &&
                fits(parsed->key.get(), parsed->leaf.get());
    for (const auto& intermediate : state_->intermediates) {
      X509* const x509 = good ? intermediate->parsed() : nullptr;
      good = x509 != nullptr && X509_up_ref(x509) == 1;
      if (!good) break;
      if (sk_X509_push(parsed->chain.get(), x509) == 0) {
        X509_free(x509);
        good = false;
        break;
      }
    }
    if (good && !share_key(*parsed)) parsed->leaf = parse_certificate(state_->leaf);
    ERR_clear_error();
    if (good && parsed->leaf != nullptr) state_->parsed = std::move(parsed);
  });
  return state_->parsed.get();
}

void Certificate::set_staple(std::shared_ptr<const OcspStaple> staple) const {
  const std::lock_guard lock(state_->staple_mutex);
  state_->staple.swap(staple);
}

std::shared_ptr<const OcspStaple> Certificate::staple() const {
  const std::lock_guard lock(state_->staple_mutex);
  return state_->staple;
}

}  // namespace headgate::tls
