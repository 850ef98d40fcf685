// What each host asks of its clients' certificates: from the auth-tls-* annotations of its Ingresses and the
// Secrets they name, looking only at what changed. A rule that cannot be followed lets nobody in. Control
// thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "k8swatch/annotations/client_certificate.h"
#include "k8swatch/finding.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/store.h"
#include "router/client_certificate_rule.h"

namespace headgate::k8swatch {

class ClientCertificateRules {
 public:
  // What holds for one host; empty for most.
  struct HostRules {
    std::shared_ptr<const router::ClientCertificateRule> client_certificate;  // or null
    // Ingresses of the host whose own rule is not the host's and could not be followed, or that ask for
    // certificates where the namespace that owns the host does not: their paths are answered with 503.
    std::set<const Ingress*> denied;
  };

  // Both must outlive this. `annotation_prefix`: without '/'.
  ClientCertificateRules(std::string annotation_prefix, const Store& store, const IngressClassRules& classes);

  // allow-cross-namespace-resources; true: it was the other one before.
  bool allow_cross_namespace(bool allow);

  // Looks at the hosts that `changes` concern, or at `all`.
  void translate(const Changes& changes, bool all);
  [[nodiscard]] const HostRules& of(std::string_view host) const;
  // The hosts for which the last translate() found something else than before.
  [[nodiscard]] const std::set<std::string>& changed_hosts() const { return changed_hosts_; }
  // `except`: hosts whose TLS connections pass through, for which none of it counts.
  void add_findings(std::vector<Finding>& out, const std::set<std::string>& except) const;

 private:
  // Made once for all hosts that share it.
  struct Made {
    std::shared_ptr<const Secret> secret;         // of which it was made
    std::shared_ptr<const tls::ClientAuth> auth;  // null: unusable, `error` says why
    std::string error;
  };
  using MadeKey = std::tuple<std::string, VerifyClientMode, std::uint32_t>;

  [[nodiscard]] std::set<std::string> hosts_of(const Changes& changes) const;
  void look_at(const std::string& host);
  std::shared_ptr<const router::ClientCertificateRule> make_rule(
      const Ingress& ingress, const ClientCertificateAnnotations& annotations, std::string& problem);
  const Made& make_auth(const ClientCertificateAnnotations& annotations);
  void forget_unused();

  std::string prefix_;
  const Store& store_;
  const IngressClassRules& classes_;
  bool cross_namespace_ = false;
  std::map<std::string, HostRules, std::less<>> rules_;  // exactly those that are not empty
  std::map<MadeKey, Made> made_;
  std::set<std::string> changed_hosts_;
  HostFindings findings_;
};

}  // namespace headgate::k8swatch
