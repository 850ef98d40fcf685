// Which certificates spec.tls of one Ingress gives to a host: the rules of ingress-nginx, and as an extension
// a second certificate of another key type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/store.h"
#include "k8swatch/tls_entries.h"
#include "tls/certificate.h"

namespace headgate::k8swatch {

// A certificate and the Secret it is from.
struct SecretCertificate {
  std::shared_ptr<const tls::Certificate> certificate;                                   // null: none
  std::string secret;                                                                    // name_key
  friend bool operator==(const SecretCertificate&, const SecretCertificate&) = default;  // by identity
};

struct CertificateChoice {
  SecretCertificate main;  // none: the default certificate
  SecretCertificate alternative;
  friend bool operator==(const CertificateChoice&, const CertificateChoice&) = default;
};

// `entries`: of `ingress`. The entries that list `host` decide; where none does, those whose certificate
// covers it. Of these the first usable certificate is taken, and the first of another key type beside it. A
// Secret that is missing, broken or does not cover the host is an error in `findings`, and where no other
// entry serves, the default certificate does.
CertificateChoice choose_certificate(std::string_view host, const Ingress& ingress, const TlsEntries& entries,
                                     const Store& store, std::vector<Finding>& findings);

// What is wrong with that Secret as a source of a certificate; nothing: it is fine.
std::vector<Finding> check_certificate_secret(const std::string& key, const SecretRecord& record,
                                              std::string_view consequence);

// Expired, not valid yet, or about to expire (10 days, as ingress-nginx warns). `now`: seconds since 1970.
std::vector<Finding> check_validity(const SecretCertificate& used, std::int64_t now);

}  // namespace headgate::k8swatch
