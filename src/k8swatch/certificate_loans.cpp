// CertificateTranslator: the TLS of names that stand for a host without being one of a rule.
#include <utility>

#include "k8swatch/certificate_translator.h"

namespace headgate::k8swatch {
namespace {

// What `owner` has for `name`; null: nothing, and the default certificate answers. Rules for clients'
// certificates go with it, or the name would be a way round them; so an entry is made where the certificate
// is not for the name, too.
std::shared_ptr<const tls::HostTls> loan_of(const tls::HostTls* owner, const std::string& name) {
  if (owner == nullptr) return nullptr;
  const bool covers = owner->certificate != nullptr && owner->certificate->covers(name);
  if (!covers && owner->client_auth == nullptr && owner->ciphers.empty()) return nullptr;
  auto loan = std::make_shared<tls::HostTls>(name, covers ? owner->certificate : nullptr);
  if (covers) {
    loan->certificate_secret = owner->certificate_secret;
    if (owner->alternative != nullptr && owner->alternative->covers(name)) {
      loan->alternative = owner->alternative;
      loan->alternative_secret = owner->alternative_secret;
    }
  }
  loan->client_auth = owner->client_auth;
  loan->ciphers = owner->ciphers;
  return loan;
}

bool same(const tls::HostTls* a, const tls::HostTls* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->certificate == b->certificate && a->alternative == b->alternative &&
         a->client_auth == b->client_auth && a->ciphers == b->ciphers;
}

}  // namespace

bool CertificateTranslator::lend(const std::map<std::string, std::string>& names) {
  if (names.empty() && lent_.empty()) return false;
  std::vector<tls::HostTlsChange> changes;
  for (auto at = lent_.begin(); at != lent_.end();) {
    if (names.contains(at->first)) {
      ++at;
      continue;
    }
    // Unless a rule has brought an entry of its own meanwhile.
    if (at->second != nullptr && index_->hosts().find_declared(at->first) == at->second)
      changes.push_back({at->first, nullptr});
    at = lent_.erase(at);
  }
  for (const auto& [name, host] : names) {
    const auto there = index_->hosts().find_declared(name);
    const auto owner = index_->hosts().find_declared(host);
    auto loan = loan_of(owner.get(), name);
    std::shared_ptr<const tls::HostTls>& lent = lent_[name];
    if (same(there.get(), loan.get())) {
      lent = there;
      continue;
    }
    changes.push_back({name, loan});
    lent = std::move(loan);
  }
  if (changes.empty()) return false;
  index_ = std::make_shared<const tls::CertificateIndex>(index_->with(changes));
  return true;
}

}  // namespace headgate::k8swatch
