#include "k8swatch/cipher_rules.h"

#include <utility>

#include "k8swatch/annotations/ciphers.h"
#include "k8swatch/host_drafter.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {

CipherRules::CipherRules(std::string annotation_prefix, const Store& store, const IngressClassRules& classes)
    : prefix_(std::move(annotation_prefix)), store_(store), classes_(classes) {}

const std::string& CipherRules::of(std::string_view host) const {
  static const std::string kNone;
  const auto at = ciphers_.find(host);
  return at == ciphers_.end() ? kNone : at->second;
}

void CipherRules::translate(const Changes& changes) {
  changed_hosts_.clear();
  for (const std::string& host : changes.hosts) look_at(host);
}

void CipherRules::look_at(const std::string& host) {
  std::vector<RuleRef> refs = store_.rules_of(host);
  std::erase_if(refs, [this](const RuleRef& ref) {
    return ref.ingress->metadata.annotations.empty() || !classes_.takes(*ref.ingress);
  });
  sort_by_age(refs);

  std::string fresh;
  std::vector<Finding> findings;
  const Ingress* decides = nullptr;
  const Ingress* last = nullptr;
  for (const RuleRef& ref : refs) {
    if (std::exchange(last, ref.ingress) == ref.ingress) continue;  // another rule of the same Ingress
    AnnotationReader reader(*ref.ingress, prefix_);  // what is wrong in itself is told with the Ingress
    std::string ciphers = read_ssl_ciphers(reader);
    if (ciphers.empty()) continue;
    if (decides == nullptr) {
      decides = ref.ingress;
      fresh = std::move(ciphers);
    } else if (ciphers != fresh) {
      findings.push_back(
          {Severity::warning, "Ingress " + name_key(ref.ingress->metadata),
           annotation_field(prefix_ + "/ssl-ciphers"),
           "host '" + host + "' follows Ingress " + name_key(decides->metadata) + ", which comes first"});
    }
  }

  if (of(host) != fresh) changed_hosts_.insert(host);
  if (fresh.empty())
    ciphers_.erase(host);
  else
    ciphers_[host] = std::move(fresh);
  if (findings.empty())
    findings_.erase(host);
  else
    findings_[host] = std::move(findings);
}

void CipherRules::add_findings(std::vector<Finding>& out) const {
  for (const auto& [host, findings] : findings_) out.insert(out.end(), findings.begin(), findings.end());
}

}  // namespace headgate::k8swatch
