#include "k8swatch/certificate_choice.h"

#include <utility>

#include "base/quoted.h"
#include "base/utc_text.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"
#include "k8swatch/secret_content.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kTlsType = "kubernetes.io/tls";
constexpr std::string_view kDefaultServes = "the default certificate is used";
constexpr std::int64_t kExpiryNotice = std::int64_t{10} * 24 * 3600;

std::string names_of(const tls::Certificate& certificate) {
  const std::vector<std::string>& names = certificate.facts().names;
  if (names.empty()) return "no name at all";
  return listed(names);
}

class Chooser {
 public:
  // `findings` null: what is wrong is told elsewhere.
  Chooser(std::string_view host, const Ingress& ingress, const Store& store, std::vector<Finding>* findings)
      : host_(host), ingress_(ingress), store_(store), findings_(findings) {}

  // `is_listed`: the entry names the host, so it is a mistake where its certificate does not cover it.
  void consider(std::uint32_t entry, bool is_listed) {
    const std::string& name = ingress_.tls[entry].secret_name;
    if (name.empty()) return;  // asks for the default certificate
    const std::string field = "spec.tls[" + std::to_string(entry) + "].secretName";
    if (!is_dns1123_subdomain(name)) {
      tell(Severity::error, field,
           quoted(name) + " is not the name of a Secret" +
               (name.find('/') == std::string::npos
                    ? ""
                    : ": it is without '/', always of the Ingress's namespace") +
               "; " + std::string(kDefaultServes));
      return;
    }
    const std::string key = name_key(ingress_.metadata.namespace_name, name);
    const SecretRecord* record = store_.find_secret(key);
    if (record == nullptr || record->secret == nullptr) {
      tell(Severity::error, field, "Secret " + key + " does not exist; " + std::string(kDefaultServes));
      return;
    }
    if (findings_ != nullptr)
      for (Finding& finding : check_certificate_secret(key, *record, kDefaultServes))
        findings_->push_back(std::move(finding));
    if (record->certificate == nullptr) return;
    if (!record->certificate->covers(host_)) {
      if (is_listed)
        tell(Severity::error, field,
             "the certificate in Secret " + key + " is not for '" + std::string(host_) + "' but for " +
                 names_of(*record->certificate) + "; " + std::string(kDefaultServes));
      return;
    }
    take({record->certificate, key}, field, is_listed);
  }

  CertificateChoice result() { return std::move(choice_); }

 private:
  void take(SecretCertificate found, const std::string& field, bool is_listed) {
    if (choice_.main.certificate == nullptr) {
      choice_.main = std::move(found);
      return;
    }
    const tls::KeyType type = found.certificate->facts().key_type;
    if (choice_.alternative.certificate == nullptr && type != choice_.main.certificate->facts().key_type) {
      choice_.alternative = std::move(found);
      return;
    }
    if (is_listed)
      tell(Severity::warning, field,
           "'" + std::string(host_) + "' already has a certificate with a key of type " +
               std::string(to_string(type)) + " from an earlier entry; this one is not used for it");
  }

  void tell(Severity severity, std::string field, std::string reason) {
    if (findings_ == nullptr) return;
    findings_->push_back(
        {severity, "Ingress " + name_key(ingress_.metadata), std::move(field), std::move(reason)});
  }

  std::string_view host_;
  const Ingress& ingress_;
  const Store& store_;
  std::vector<Finding>* findings_;
  CertificateChoice choice_;
};

}  // namespace

CertificateChoice choose_certificate(std::string_view host, const Ingress& ingress, const TlsEntries& entries,
                                     const Store& store, std::vector<Finding>& findings) {
  const std::vector<std::uint32_t>& listing = entries.listing(host);
  const bool tells = !listing.empty() || host == entries.first_unlisted();
  Chooser chooser(host, ingress, store, tells ? &findings : nullptr);
  for (const std::uint32_t entry : listing) chooser.consider(entry, true);
  if (listing.empty())
    for (const std::uint32_t entry : entries.for_unlisted()) chooser.consider(entry, false);
  return chooser.result();
}

std::vector<Finding> check_certificate_secret(const std::string& key, const SecretRecord& record,
                                              std::string_view consequence) {
  const Secret& secret = *record.secret;
  if (secret.certificate == nullptr) {
    const std::string then =
        record.certificate == nullptr ? std::string(consequence) : "the last good certificate of it is used";
    return {{Severity::error, "Secret " + key, "data", secret.certificate_error + "; " + then}};
  }
  if (secret.type != kTlsType)
    return {{Severity::warning, "Secret " + key, "type",
             quoted(secret.type) + " is not " + std::string(kTlsType) +
                 "; its tls.crt and tls.key are used all the same"}};
  return {};
}

std::vector<Finding> check_validity(const SecretCertificate& used, std::int64_t now) {
  if (used.certificate == nullptr) return {};
  const tls::CertificateFacts& facts = used.certificate->facts();
  const auto warn = [&](std::string reason) -> std::vector<Finding> {
    return {{Severity::warning, "Secret " + used.secret, "data[" + std::string(kCertificateKey) + "]",
             std::move(reason)}};
  };
  if (facts.not_after < now)
    return warn("the certificate has expired on " + utc_text(facts.not_after) + "; it is used all the same");
  if (facts.not_before > now)
    return warn("the certificate is not valid before " + utc_text(facts.not_before) +
                "; it is used all the same");
  if (facts.not_after - now < kExpiryNotice)
    return warn("the certificate expires on " + utc_text(facts.not_after));
  return {};
}

}  // namespace headgate::k8swatch
