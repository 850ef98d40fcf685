#include "k8swatch/cipher_rules.h"

#include <utility>

#include "k8swatch/annotations/ciphers.h"
#include "k8swatch/host_rules.h"
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
  const std::vector<const Ingress*> ingresses = ingresses_of(rules_in_order(store_, classes_, host));
  std::string fresh;
  std::vector<Finding> findings;
  const Ingress* decides = nullptr;
  for (const Ingress* ingress : ingresses) {
    if (ingress->metadata.annotations.empty()) continue;
    AnnotationReader reader(*ingress, prefix_);  // what is wrong in itself is told with the Ingress
    std::string ciphers = read_ssl_ciphers(reader);
    if (ciphers.empty()) continue;
    const auto tell = [&](std::string reason) {
      findings.push_back({Severity::warning, "Ingress " + name_key(ingress->metadata),
                          annotation_field(prefix_ + "/ssl-ciphers"), std::move(reason)});
    };
    if (!owns_host_with(*ingress, *ingresses.front())) {
      tell(not_the_owner(host, *ingresses.front()) + "; the ciphers of this Ingress are not used for it");
    } else if (decides == nullptr) {
      decides = ingress;
      fresh = std::move(ciphers);
    } else if (ciphers != fresh) {
      tell("host '" + host + "' follows Ingress " + name_key(decides->metadata) + ", which comes first");
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

void CipherRules::add_findings(std::vector<Finding>& out, const std::set<std::string>& except) const {
  append_findings(out, findings_, except);
}

}  // namespace headgate::k8swatch
