// Which TLS 1.2 ciphers each host has of its own: from the annotation ssl-ciphers of its Ingresses, looking
// only at what changed. Control thread only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {

class CipherRules {
 public:
  // Both must outlive this. `annotation_prefix`: without '/'.
  CipherRules(std::string annotation_prefix, const Store& store, const IngressClassRules& classes);

  // Looks at the hosts that `changes` concern.
  void translate(const Changes& changes);
  // tls::CipherList::usable; empty for most: the global ones count.
  [[nodiscard]] const std::string& of(std::string_view host) const;
  // The hosts for which the last translate() found something else than before.
  [[nodiscard]] const std::set<std::string>& changed_hosts() const { return changed_hosts_; }
  // `except`: hosts whose TLS connections pass through, for which none of it counts.
  void add_findings(std::vector<Finding>& out, const std::set<std::string>& except) const;

 private:
  void look_at(const std::string& host);

  std::string prefix_;
  const Store& store_;
  const IngressClassRules& classes_;
  std::map<std::string, std::string, std::less<>> ciphers_;  // by host; exactly those with some
  std::set<std::string> changed_hosts_;
  HostFindings findings_;
};

}  // namespace headgate::k8swatch
