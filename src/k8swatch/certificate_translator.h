// From spec.tls and Secrets to the CertificateIndex, looking only at what changed: a Secret touches the hosts
// whose Ingress names it, and no route. Deterministic, but for the last good certificate that outlives a
// Secret's bad change. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/certificate_choice.h"
#include "k8swatch/cipher_rules.h"
#include "k8swatch/client_certificate_rules.h"
#include "k8swatch/finding.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/store.h"
#include "tls/certificate_index.h"

namespace headgate::k8swatch {

struct CertificateOptions {
  std::string default_secret;  // --default-ssl-certificate, "namespace/name"; empty: the fake certificate
  // Makes the fake certificate, when it is first needed. Unset: Certificate::make_fake.
  std::function<Result<std::shared_ptr<const tls::Certificate>>()> make_fake;
  std::function<std::int64_t()> wall_seconds;  // now, in seconds since 1970. Unset: the system's clock
};

class CertificateTranslator {
 public:
  // All but `options` must outlive this. `rules`: what hosts ask of clients' certificates; with `ciphers`
  // translated first.
  CertificateTranslator(CertificateOptions options, const Store& store, const IngressClassRules& classes,
                        const ClientCertificateRules& rules, const CipherRules& ciphers);

  // ssl-reject-handshake: the names of rules are then told from those that nobody knows by an entry of the
  // index, with or without TLS of their own. True: it was the other one before.
  bool enter_all_hosts(bool all);

  // Looks at the hosts that `changes` concern, or at `all`. True: index() is another one than before. True
  // the first time. Throws std::runtime_error where there is no certificate to begin with, which cannot
  // happen later.
  bool translate(const Changes& changes, bool all = false);
  // After translate(): gives names that no rule has (server-alias) the TLS of the host each stands for, as
  // far as its certificate is for them. `names`: all of them, name → host. True: index() is another one than
  // before.
  bool lend(const std::map<std::string, std::string>& names);
  // Never null after the first translate().
  [[nodiscard]] const std::shared_ptr<const tls::CertificateIndex>& index() const { return index_; }

  // Whether requests for that host of the routing table are to come by HTTPS: an Ingress with a rule
  // for it or for the wildcard above it has a spec.tls and is of the namespace that owns that name, whatever
  // became of its certificates. Never true of "_".
  [[nodiscard]] bool has_tls(std::string_view host) const;
  // The hosts of which the last translate() changed has_tls().
  [[nodiscard]] const std::set<std::string>& hosts_with_changed_tls() const { return changed_tls_; }

  // Looks whether certificates have expired meanwhile; true: add_findings() says something else now.
  bool check_validity_again();
  // `except`: hosts whose TLS connections pass through, for which none of it counts.
  void add_findings(std::vector<Finding>& out, const std::set<std::string>& except) const;
  // One line for each host with TLS, sorted; empty where there is none. `except`: as above.
  [[nodiscard]] std::string dump(const std::set<std::string>& except) const;

 private:
  class Pass;

  bool update_default();
  [[nodiscard]] std::shared_ptr<const tls::Certificate> fallback();
  void note_tls(const std::string& host, bool has_tls);
  [[nodiscard]] std::int64_t now() const;

  CertificateOptions options_;
  const Store& store_;
  const IngressClassRules& classes_;
  const ClientCertificateRules& rules_;
  const CipherRules& ciphers_;
  bool enters_all_hosts_ = false;
  std::shared_ptr<const tls::CertificateIndex> index_;
  std::shared_ptr<const tls::Certificate> fake_;  // once it was needed
  SecretCertificate default_;                     // from --default-ssl-certificate
  // By host; exactly those with TLS of their own.
  std::map<std::string, CertificateChoice, std::less<>> choices_;
  std::set<std::string> changed_tls_;
  HostFindings findings_;
  HostFindings validity_findings_;  // the default certificate's under ""
  std::vector<Finding> default_findings_;
  std::map<std::string, std::shared_ptr<const tls::HostTls>> lent_;  // by name; null: nothing to lend
  // By host with TLS, where its Ingress names no certificate for it: told unless the default one is for it.
  std::map<std::string, Finding> without_certificate_;
};

}  // namespace headgate::k8swatch
