// Turns the Store into the routing table and the endpoint sets, looking only at what changed. Deterministic:
// the same objects, in whatever order they came, give the same dump. Control thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/backend_settings.h"
#include "k8swatch/certificate_translator.h"
#include "k8swatch/client_certificate_rules.h"
#include "k8swatch/cluster_registry.h"
#include "k8swatch/derived_hosts.h"
#include "k8swatch/external_names.h"
#include "k8swatch/finding.h"
#include "k8swatch/health_rules.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/limit_zones.h"
#include "k8swatch/listener_translator.h"
#include "k8swatch/passthrough_translator.h"
#include "k8swatch/policy_defaults.h"
#include "k8swatch/process_settings.h"
#include "k8swatch/site_settings.h"
#include "k8swatch/slot_pool.h"
#include "k8swatch/store.h"
#include "k8swatch/upstream_tls.h"
#include "router/publication.h"
#include "router/table_builder.h"

namespace headgate::k8swatch {

struct TranslatorOptions {
  ClassOptions classes;
  EndpointOptions endpoints;
  CertificateOptions certificates;
  bool ssl_passthrough = false;                                   // --enable-ssl-passthrough
  std::string annotation_prefix = "nginx.ingress.kubernetes.io";  // --annotations-prefix, without '/'
  // --https-port; 0: no host has TLS here, so ssl-redirect does nothing.
  std::uint16_t https_port = 443;
  std::string config_map;  // --configmap, "namespace/name"; empty: none
  std::string
      default_backend_service;  // --default-backend-service, "namespace/name"; empty: the built-in 404
};

// What translating has cost so far.
struct TranslatorCounters {
  std::uint64_t tables_built = 0;
  std::uint64_t hosts_rebuilt = 0;     // drafted again, whether or not the outcome differed
  std::uint64_t endpoint_updates = 0;  // Clusters told of with new endpoints
};

class Translator {
 public:
  // All must outlive this.
  Translator(TranslatorOptions options, const Store& store, ExternalNames& names);

  // The difference that `changes` make; null: none. The first call always gives everything a Publication may
  // hold.
  std::shared_ptr<const router::Publication> translate(const Changes& changes);

  // Whether the Ingress is of a class of ours.
  [[nodiscard]] bool takes(const Ingress& ingress) const { return classes_.takes(ingress); }

  // The table of the last translate(); null before the first.
  [[nodiscard]] const std::shared_ptr<const router::RoutingTable>& table() const { return table_; }
  // Everything that is wrong now; sorted, each once.
  [[nodiscard]] std::vector<Finding> findings() const;
  // Null before the first translate().
  [[nodiscard]] const std::shared_ptr<const tls::CertificateIndex>& certificates() const {
    return certificates_.index();
  }
  [[nodiscard]] const std::shared_ptr<const router::ListenerSettings>& listeners() const {
    return listeners_.settings();
  }
  // What the ConfigMap says to the application; of the last translate().
  [[nodiscard]] const ProcessSettings& process_settings() const { return process_; }
  // Whom spans are sent to, as of the last translate().
  [[nodiscard]] const CollectorSettings& collector() const { return collector_; }
  // Looks whether certificates have expired meanwhile; true: findings() says something else now.
  bool check_validity_again() { return certificates_.check_validity_again(); }
  // The table, the certificates of its hosts, what is passed through and the Clusters with their endpoints,
  // in canonical text.
  [[nodiscard]] std::string dump() const;
  [[nodiscard]] const TranslatorCounters& counters() const { return counters_; }

 private:
  using Findings = std::map<std::string, std::vector<Finding>>;  // by name; nothing wrong: no entry

  // What read_config_map() changed.
  struct SettingsChange {
    bool routes = false;
    bool listeners = false;
    bool client_certificates = false;
    bool certificates = false;
  };
  [[nodiscard]] bool changes_settings(const Changes& changes) const;
  SettingsChange read_config_map();
  std::set<std::string> hosts_to_rebuild(const Changes& changes, bool all) const;
  void rebuild_host(const std::string& host, router::TableBuilder& builder, router::Publication& publication);
  std::shared_ptr<const router::Route> default_route();
  [[nodiscard]] router::PolicyRef default_policy() const;
  void give_slots(router::HostDraft& draft, const router::VirtualHost* old, router::Publication& publication);
  void release_clusters(const router::VirtualHost& host);
  void check_ingress_again(const std::string& key);

  TranslatorOptions options_;
  const Store& store_;
  IngressClassRules classes_;
  HealthRules health_;
  ClusterRegistry clusters_;
  ClientCertificateRules client_certificates_;
  CipherRules ciphers_;
  CertificateTranslator certificates_;
  ListenerTranslator listeners_;
  PassthroughTranslator passthrough_;
  DerivedHosts derived_;
  SlotPool route_slots_{router::kDefaultRouteSlot + 1};
  router::RouteSettings settings_;
  RedirectDefaults redirects_;
  BackendSettings backends_;
  PolicyDefaults policies_;
  bool cross_namespace_canaries_ = false;
  LimitZones limit_zones_;
  NonceZones nonce_zones_;
  UpstreamTls upstream_tls_;
  router::SiteSettings site_;
  CollectorSettings collector_;
  ProcessSettings process_;
  std::shared_ptr<const router::Cluster> default_cluster_;  // while the default backend's Service exists
  std::shared_ptr<const router::RoutingTable> table_;
  std::uint64_t generation_ = 0;
  TranslatorCounters counters_;
  Findings ingress_findings_;   // by name_key
  Findings conflict_findings_;  // by host
  std::vector<Finding> config_findings_;
  std::vector<Finding> default_backend_findings_;
};

}  // namespace headgate::k8swatch
