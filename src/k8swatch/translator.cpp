#include "k8swatch/translator.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "k8swatch/access_settings.h"
#include "k8swatch/error_pages_drafter.h"
#include "k8swatch/external_endpoints.h"
#include "k8swatch/header_settings.h"
#include "k8swatch/host_drafter.h"
#include "k8swatch/host_rules.h"
#include "k8swatch/ingress_check.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/ingress_secrets.h"
#include "k8swatch/log_settings.h"
#include "k8swatch/named_config_maps.h"
#include "k8swatch/password_drafter.h"
#include "k8swatch/route_settings.h"
#include "router/backend_choice.h"
#include "router/dump.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kDefaultBackendCluster = "upstream-default-backend";  // ingress-nginx's name

bool is_redirect(const router::Route& route) {
  return route.action == router::RouteAction::add_trailing_slash;
}

}  // namespace

Translator::Translator(TranslatorOptions options, const Store& store, ExternalNames& names)
    : options_(std::move(options)),
      store_(store),
      classes_(options_.classes, store),
      health_(options_.annotation_prefix, classes_),
      clusters_(options_.endpoints, store, names, health_),
      client_certificates_(options_.annotation_prefix, store, classes_),
      ciphers_(options_.annotation_prefix, store, classes_),
      certificates_(options_.certificates, store, classes_, client_certificates_, ciphers_),
      passthrough_(options_.ssl_passthrough, options_.annotation_prefix),
      derived_(options_.annotation_prefix) {
  site_.https_port = options_.https_port;
}

std::shared_ptr<const router::Publication> Translator::translate(const Changes& changes) {
  const bool is_first = table_ == nullptr;
  auto publication = std::make_shared<router::Publication>();
  router::TableBuilder builder = is_first ? router::TableBuilder() : router::TableBuilder(*table_);

  SettingsChange settings;
  if (is_first || changes_settings(changes) || changes.secrets.contains(listeners_.ticket_secret()))
    settings = read_config_map();
  if (settings.listeners) publication->listeners = listeners_.settings();
  client_certificates_.translate(changes, settings.client_certificates);
  ciphers_.translate(changes);
  if (certificates_.translate(changes, settings.certificates))
    publication->certificates = certificates_.index();
  for (const std::string& host : hosts_to_rebuild(changes, settings.routes))
    rebuild_host(host, builder, *publication);
  derived_.publish(builder, site_.https_redirect_code, [this](const std::string& name) {
    return !rules_in_order(store_, classes_, name).empty();
  });
  if (certificates_.lend(derived_.names())) publication->certificates = certificates_.index();
  publication->passthrough = passthrough_.take_index();

  if (is_first || settings.routes || changes.service_ports.contains(options_.default_backend_service))
    builder.set_default_route(default_route());
  builder.set_site(site_);

  for (const std::string& service : changes.services) clusters_.mark_service(service);
  publication->clusters = clusters_.take_updates();

  std::set<std::string> ingresses = changes.ingresses;
  for (const std::string& service : changes.service_ports)
    if (const ServiceRecord* record = store_.find_service(service))
      for (const Ingress* user : record->users) ingresses.insert(name_key(user->metadata));
  for (const std::string& ingress : ingresses) check_ingress_again(ingress);

  for (const router::ClusterUpdate& update : publication->clusters)
    if (update.endpoints != nullptr) ++counters_.endpoint_updates;
  const bool has_table = is_first || builder.has_changes();
  if (!has_table && publication->clusters.empty() && publication->listeners == nullptr &&
      publication->certificates == nullptr && publication->passthrough == nullptr)
    return nullptr;
  publication->generation = ++generation_;
  if (has_table) {
    table_ = builder.build(generation_);
    publication->table = table_;
    ++counters_.tables_built;
  }
  route_slots_.published();
  return publication;
}

// After the certificates: whether a host has TLS decides about its redirects.
std::set<std::string> Translator::hosts_to_rebuild(const Changes& changes, bool all) const {
  std::set<std::string> hosts =
      changes.hosts;  // also those that are gone, which have no rules to be found by
  const std::set<std::string>& of_tls = certificates_.hosts_with_changed_tls();
  hosts.insert(of_tls.begin(), of_tls.end());
  const std::set<std::string>& of_rules = client_certificates_.changed_hosts();
  hosts.insert(of_rules.begin(), of_rules.end());
  add_hosts_of_passwords(changes, store_, options_.annotation_prefix, hosts);
  for (const std::string& secret : changes.secrets)
    if (const SecretRecord* record = store_.find_secret(secret))
      for (const Ingress* user : record->users)
        if (policy_secrets_of(*user).contains(secret)) add_hosts_of(*user, hosts);
  if (all) store_.for_each_host([&](const std::string& host) { hosts.insert(host); });
  return hosts;
}

// The ConfigMap itself, or one that it names.
bool Translator::changes_settings(const Changes& changes) const {
  if (changes.config_maps.contains(options_.config_map)) return true;
  const ConfigMap* const settings = store_.find_config_map(options_.config_map);
  if (settings == nullptr || changes.config_maps.empty()) return false;
  const std::set<std::string> named = config_maps_of(*settings);
  return std::any_of(named.begin(), named.end(),
                     [&changes](const std::string& key) { return changes.config_maps.contains(key); });
}

Translator::SettingsChange Translator::read_config_map() {
  config_findings_.clear();
  router::RouteSettings settings;
  RedirectDefaults redirects;
  BackendSettings backends;
  PolicyDefaults policies;
  router::SiteSettings site;
  TracingSettings tracing;
  ProcessSettings process;
  bool cross_namespace = false;
  ListenerConfig listeners;
  const std::string& key = options_.config_map;
  if (const ConfigMap* config_map = key.empty() ? nullptr : store_.find_config_map(key)) {
    ConfigMapReader reader(*config_map, config_findings_);
    settings = read_route_settings(reader);
    redirects = read_redirect_defaults(reader);
    backends = read_backend_settings(reader);
    policies = read_policy_defaults(reader);
    if (options_.default_backend_service.empty()) tell_errors_without_backend(reader, policies.error_pages);
    policies.headers = read_header_defaults(reader, store_);
    tracing = read_tracing_settings(reader);
    policies.tracing = tracing.defaults;
    site = read_site_settings(reader);
    read_answer_settings(reader, store_, site);
    reader.boolean("allow-cross-namespace-resources", cross_namespace);
    policies.cross_namespace = cross_namespace;
    read_gate_settings(reader);  // told here, obeyed by the Controller
    listeners = read_listener_settings(reader, store_);
    read_log_settings(reader, site, listeners.listeners.stream);
    process = read_process_settings(reader);
    site.block = read_block_rules(reader);
    site.forwarding = read_forwarding_rules(reader, listeners.listeners.trusted_proxies);
    reader.tell_unread();
  } else if (!key.empty()) {
    config_findings_.push_back({Severity::warning, "ConfigMap " + options_.config_map, "",
                                "named by --configmap, does not exist; all its keys have their defaults"});
  }
  SettingsChange change;
  site.https_port = options_.https_port;
  site.tracing = tracing.rules;
  collector_ = std::move(tracing.collector);
  site_ = std::move(site);
  process_ = std::move(process);
  const bool settings_changed = std::exchange(settings_, settings) != settings;
  const bool policies_changed = std::exchange(policies_, policies) != policies;
  const bool all_by_cluster_ip = std::exchange(backends_, backends).service_upstream;
  clusters_.set_ipv6_names(backends.ipv6_names);
  if (health_.set_defaults(backends.health)) clusters_.mark_all();
  change.routes = std::exchange(redirects_, redirects) != redirects || settings_changed || policies_changed ||
                  all_by_cluster_ip != backends.service_upstream;
  if (std::exchange(cross_namespace_canaries_, cross_namespace) != cross_namespace) change.routes = true;
  if (upstream_tls_.allow_cross_namespace(cross_namespace)) change.routes = true;
  change.client_certificates = client_certificates_.allow_cross_namespace(cross_namespace);
  change.certificates = certificates_.enter_all_hosts(listeners.tls.reject_handshake);
  change.listeners = listeners_.update(listeners, key.empty() ? "TLS" : "ConfigMap " + key, config_findings_);
  return change;
}

void Translator::rebuild_host(const std::string& host, router::TableBuilder& builder,
                              router::Publication& publication) {
  ++counters_.hosts_rebuilt;
  const std::vector<RuleRef> rules = rules_in_order(store_, classes_, host);

  std::vector<Finding> conflicts;
  const ClientCertificateRules::HostRules& client_certificate = client_certificates_.of(host);
  const PolicySources policies{
      store_,        settings_,  policies_,   limit_zones_, options_.annotation_prefix,
      upstream_tls_, redirects_, nonce_zones_};
  const HostSettings settings{policies,
                              redirects_,
                              backends_,
                              options_.annotation_prefix,
                              cross_namespace_canaries_,
                              options_.https_port != 0 && certificates_.has_tls(host),
                              passthrough_.wanted(host, rules),
                              client_certificate.denied};
  router::HostDraft draft = draft_host(host, rules, settings, clusters_, conflicts);
  draft.client_certificate = client_certificate.client_certificate;
  keep_findings(conflict_findings_, host, std::move(conflicts));

  const std::shared_ptr<const router::VirtualHost> old =
      table_ == nullptr || derived_.placed(host) ? nullptr : table_->find_host(host);
  give_slots(draft, old.get(), publication);
  if (rules.empty()) {
    passthrough_.update(host, rules, nullptr);
    derived_.update(host, rules, nullptr);
    if (old == nullptr || (host == router::kDefaultHost && old->routes().empty())) return;
    builder.remove(host);
    release_clusters(*old);
    return;
  }
  auto fresh = router::VirtualHost::make(std::move(draft));
  if (old != nullptr && old->same_as(*fresh)) {
    release_clusters(*fresh);  // the old one stays, with its own uses
    passthrough_.update(host, rules, old.get());
    derived_.update(host, rules, old);
    return;
  }
  if (old != nullptr) release_clusters(*old);
  passthrough_.update(host, rules, fresh.get());
  derived_.update(host, rules, fresh);
  builder.replace(std::move(fresh));
}

// A Route keeps its slot while an Ingress claims its path of this host with its type, and so does each of its
// canaries, as long as it is the same Service.
void Translator::give_slots(router::HostDraft& draft, const router::VirtualHost* old,
                            router::Publication& publication) {
  using Key =
      std::tuple<std::string_view, std::string_view, std::string_view, router::PathType, std::string_view>;
  const auto key_of_route = [](const router::Route& route) {
    return Key{route.namespace_name, route.ingress, route.path, route.path_type, {}};
  };
  const auto key_of_canary = [](const router::Route& route, const router::Alternative& canary) {
    return Key{canary.namespace_name, canary.ingress, route.path, route.path_type, canary.cluster->name};
  };
  std::map<Key, router::RouteSlot> held;
  if (old != nullptr)
    for (const router::Route& route : old->routes()) {
      if (is_redirect(route)) continue;
      held.emplace(key_of_route(route), route.slot);
      if (route.backends.choice == nullptr) continue;
      for (const router::Alternative& each : route.backends.choice->alternatives)
        held.emplace(key_of_canary(route, each), each.slot);
    }
  const auto give = [&](const Key& key, router::RouteSlot& slot) {
    const auto at = held.find(key);
    if (at == held.end()) {
      slot = route_slots_.take();
    } else {
      slot = at->second;
      held.erase(at);
    }
  };
  for (router::RouteDraft& each : draft.routes) {
    router::Route& route = each.route;
    give(key_of_route(route), route.slot);
    if (route.backends.choice == nullptr || route.backends.choice->alternatives.empty()) continue;
    auto choice = std::make_shared<router::BackendChoice>(*route.backends.choice);
    for (router::Alternative& canary : choice->alternatives) give(key_of_canary(route, canary), canary.slot);
    route.backends.choice = std::move(choice);
  }
  for (const auto& [key, slot] : held) {
    route_slots_.give_back(slot);
    publication.removed_routes.push_back(slot);
  }
}

void Translator::release_clusters(const router::VirtualHost& host) {
  for (const router::Route& route : host.routes()) {
    if (route.cluster != nullptr) clusters_.release(*route.cluster);
    for (const auto& other : route.others)
      clusters_.release(*other.cluster, name_key(route.namespace_name, route.ingress));
    if (route.backends.choice == nullptr) continue;
    for (const router::Alternative& each : route.backends.choice->alternatives)
      clusters_.release(*each.cluster);
  }
}

std::shared_ptr<const router::Route> Translator::default_route() {
  default_backend_findings_.clear();
  const std::string& key = options_.default_backend_service;
  const ServiceRecord* record = key.empty() ? nullptr : store_.find_service(key);
  if (record == nullptr || record->service == nullptr) {
    if (!key.empty())
      default_backend_findings_.push_back({Severity::warning, "Service " + key, "",
                                           "named by --default-backend-service, does not exist; the built-in "
                                           "404 answers for it"});
    if (default_cluster_ != nullptr) clusters_.release(*std::exchange(default_cluster_, nullptr));
    if (!policies_.tracing.enabled) return router::TableBuilder::not_found_route();
    router::Route route = *router::TableBuilder::not_found_route();
    route.policy = default_policy();
    return std::make_shared<const router::Route>(std::move(route));
  }
  const Metadata& service = record->service->metadata;
  if (default_cluster_ == nullptr)
    default_cluster_ =
        clusters_.acquire({service.namespace_name, service.name, {}, kDefaultBackendCluster, false});
  if (find_service_port(*record->service, "") == nullptr)
    default_backend_findings_.push_back({Severity::error, "Service " + key, "spec.ports",
                                         "named by --default-backend-service, has no TCP port; answered with "
                                         "503"});
  router::Route route;
  route.path = "/";
  route.cluster = default_cluster_;
  route.slot = router::kDefaultRouteSlot;
  route.settings = settings_;
  route.policy = default_policy();
  policy::Balancing balancing = balancing_of({}, policies_.balancing);
  if (!balancing.is_plain())
    route.backends.choice =
        std::make_shared<const router::BackendChoice>(router::BackendChoice{std::move(balancing), {}});
  return std::make_shared<const router::Route>(std::move(route));
}

// Requests that no Ingress claims are in no chain but that of what counts for all.
router::PolicyRef Translator::default_policy() const {
  if (!policies_.tracing.enabled) return {};
  policy::PolicyChain chain;
  chain.tracing = policies_.tracing.routes;
  return {std::make_shared<const policy::PolicyChain>(std::move(chain))};
}

void Translator::check_ingress_again(const std::string& key) {
  const Ingress* ingress = store_.find_ingress(key);
  std::vector<Finding> findings;
  if (const RefusedIngress* refused = store_.find_refused(key);
      refused != nullptr && classes_.takes(*refused->ingress)) {
    for (Finding finding : refused->reasons) {
      finding.reason += ingress == nullptr ? "; the Ingress is not served"
                                           : "; this version of the Ingress is not served, the one before is";
      findings.push_back(std::move(finding));
    }
  } else if (ingress != nullptr) {
    if (classes_.takes(*ingress)) {
      findings = check_ingress(*ingress, store_, options_.annotation_prefix);
      if (options_.default_backend_service.empty())
        if (auto useless = errors_without_backend(*ingress, options_.annotation_prefix))
          findings.push_back(*std::move(useless));
    } else if (auto doubt = classes_.doubt(*ingress))
      findings.push_back(*std::move(doubt));
  }
  keep_findings(ingress_findings_, key, std::move(findings));
}

std::vector<Finding> Translator::findings() const {
  std::vector<Finding> all = config_findings_;
  all.insert(all.end(), default_backend_findings_.begin(), default_backend_findings_.end());
  for (const Findings* group : {&ingress_findings_, &conflict_findings_})
    for (const auto& [name, findings] : *group) all.insert(all.end(), findings.begin(), findings.end());
  clusters_.add_findings(all);
  const std::set<std::string> passed = passthrough_.hosts();
  client_certificates_.add_findings(all, passed);
  ciphers_.add_findings(all, passed);
  certificates_.add_findings(all, passed);
  passthrough_.add_findings(all);
  derived_.add_findings(all);
  std::sort(all.begin(), all.end());
  // Two ports of one Service refuse the same endpoint twice.
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::string Translator::dump() const {
  return table_ == nullptr ? std::string()
                           : router::dump(*table_) + certificates_.dump(passthrough_.hosts()) +
                                 passthrough_.dump() + clusters_.dump();
}

}  // namespace headgate::k8swatch
