#include "tls/certificate_index.h"

#include <utility>

namespace headgate::tls {

CertificateIndex CertificateIndex::with(const std::vector<HostTlsChange>& changes) const {
  CertificateIndex next = *this;
  next.hosts_ = hosts_.with(changes);
  return next;
}

CertificateIndex CertificateIndex::with_default(std::shared_ptr<const Certificate> certificate,
                                                std::string secret) const {
  CertificateIndex next = *this;
  next.default_certificate_ = std::move(certificate);
  next.default_secret_ = std::move(secret);
  return next;
}

}  // namespace headgate::tls
