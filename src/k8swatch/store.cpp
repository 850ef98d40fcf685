#include "k8swatch/store.h"

#include <algorithm>
#include <utility>

#include "k8swatch/annotations/registry.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/ingress_path.h"
#include "k8swatch/ingress_secrets.h"
#include "k8swatch/named_config_maps.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

// The API server writes a new version for changes of no concern to us, most often of an object's status: the
// version held then stays as it is. Manifests have no versions and always count as new.
bool same_but_version(const Metadata& a, const Metadata& b) {
  return a.uid == b.uid && !a.resource_version.empty() && a.creation_time == b.creation_time &&
         a.labels == b.labels && a.annotations == b.annotations;
}
bool same_but_version(const Ingress& a, const Ingress& b) {
  return same_but_version(a.metadata, b.metadata) && a.class_name == b.class_name &&
         a.default_backend == b.default_backend && a.rules == b.rules && a.tls == b.tls;
}
bool same_but_version(const EndpointSlice& a, const EndpointSlice& b) {
  return same_but_version(a.metadata, b.metadata) && a.service_name == b.service_name &&
         a.address_type == b.address_type && a.endpoints == b.endpoints && a.ports == b.ports;
}

bool same_ports(const Service& a, const Service& b) {
  const auto same_port = [](const ServicePort& x, const ServicePort& y) {
    return x.name == y.name && x.port == y.port && x.target_port == y.target_port && x.protocol == y.protocol;
  };
  return a.type == b.type &&
         std::equal(a.ports.begin(), a.ports.end(), b.ports.begin(), b.ports.end(), same_port);
}

template <typename Visit>
void for_each_rule(const Ingress& ingress, const Visit& visit) {
  if (ingress.rules.empty() && ingress.default_backend)
    visit(std::string(router::kDefaultHost), RuleRef{&ingress, RuleRef::kDefaultBackend});
  for (std::uint32_t i = 0; i < ingress.rules.size(); ++i) {
    // A host that is none makes a Finding when the Ingress is translated; here it is just not served.
    if (auto host = normalise_ingress_host(ingress.rules[i].host))
      visit(*std::move(host), RuleRef{&ingress, i});
  }
}

std::uint32_t path_bits_of(const RuleRef& ref) {
  if (ref.rule == RuleRef::kDefaultBackend) return path_bits("/");
  std::uint32_t bits = 0;
  for (const IngressPath& path : ref.ingress->rules[ref.rule].paths) bits |= path_bits(path.path);
  return bits;
}

std::set<std::string> services_of(const Ingress& ingress) {
  std::set<std::string> keys;
  const auto add = [&](const IngressBackend& backend) {
    if (!backend.service.empty()) keys.insert(name_key(ingress.metadata.namespace_name, backend.service));
  };
  if (ingress.default_backend) add(*ingress.default_backend);
  for (const IngressRule& rule : ingress.rules)
    for (const IngressPath& path : rule.paths) add(path.backend);
  return keys;
}

std::string service_key_of(const EndpointSlice& slice) {
  return name_key(slice.metadata.namespace_name, slice.service_name);
}

template <typename Map>
const auto* find_object(const Map& map, std::string_view key) {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : at->second.get();
}

}  // namespace

bool Store::upsert(const Object& object) {
  return std::visit([this](const auto& each) { return put(each); }, object);
}

void Store::remove(const ObjectKey& key) {
  const std::string name = name_key(key.namespace_name, key.name);
  switch (key.kind) {
    case Kind::ingress: {
      if (refused_.erase(name) > 0) changes_.ingresses.insert(name);
      drop_ingress(name);
      return;
    }
    case Kind::ingress_class:
      if (classes_.erase(key.name) > 0) mark_class(key.name);
      return;
    case Kind::service: {
      const auto at = services_.find(name);
      if (at == services_.end() || at->second.service == nullptr) return;
      at->second.service = nullptr;
      changes_.services.insert(name);
      changes_.service_ports.insert(name);
      drop_service_if_unused(name);
      return;
    }
    case Kind::endpoint_slice: {
      const auto at = slices_.find(name);
      if (at == slices_.end()) return;
      unlink(*at->second);
      slices_.erase(at);
      return;
    }
    case Kind::config_map: {
      const auto at = config_maps_.find(name);
      if (at == config_maps_.end() || at->second.config_map == nullptr) return;
      at->second.config_map = nullptr;
      config_map_changed(name);
      drop_config_map_if_unused(name);
      return;
    }
    case Kind::secret: {
      const auto at = secrets_.find(name);
      if (at == secrets_.end() || at->second.secret == nullptr) return;
      at->second.secret = nullptr;
      at->second.certificate = nullptr;
      changes_.secrets.insert(name);
      drop_secret_if_unused(name);
      return;
    }
    case Kind::namespace_:
      return;
  }
}

void Store::drop_ingress(const std::string& key) {
  const auto at = ingresses_.find(key);
  if (at == ingresses_.end()) return;
  unlink(*at->second);
  ingresses_.erase(at);
}

// True: it is not taken, and the version held stays as it is, or goes where it may not stay.
bool Store::refuse(const std::string& key, const std::shared_ptr<const Ingress>& ingress) {
  std::vector<Finding> reasons;
  if (gate_ != nullptr) reasons = gate_->refuse(*ingress);
  if (reasons.empty()) return false;
  refused_[key] = {ingress, std::move(reasons)};
  changes_.ingresses.insert(key);
  const Ingress* const held = find_ingress(key);
  if (held != nullptr && class_name_of(*held) != class_name_of(*ingress)) drop_ingress(key);
  return true;
}

void Store::judge_again() {
  std::vector<std::shared_ptr<const Ingress>> all;
  for (const auto& [key, refused] : refused_) all.push_back(refused.ingress);
  for (const auto& ingress : all) {
    const std::string key = name_key(ingress->metadata);
    refused_.erase(key);
    changes_.ingresses.insert(key);
    put(ingress);
  }
  all.clear();
  if (gate_ != nullptr)
    for (const auto& [key, ingress] : ingresses_)
      if (!gate_->refuse(*ingress).empty()) all.push_back(ingress);
  for (const auto& ingress : all) {
    const std::string key = name_key(ingress->metadata);
    if (!refused_.contains(key)) refuse(key, ingress);
    drop_ingress(key);
  }
}

bool Store::put(const std::shared_ptr<const Ingress>& ingress) {
  const std::string key = name_key(ingress->metadata);
  if (const auto at = refused_.find(key); at != refused_.end()) {
    if (same_but_version(*at->second.ingress, *ingress)) return false;
    refused_.erase(at);
    changes_.ingresses.insert(key);
  }
  if (refuse(key, ingress)) return true;
  std::shared_ptr<const Ingress>& held = ingresses_[key];
  if (held != nullptr) {
    if (same_but_version(*held, *ingress)) return false;
    unlink(*held);
  }
  held = ingress;
  link(*held);
  return true;
}

bool Store::put(const std::shared_ptr<const IngressClass>& ingress_class) {
  classes_[ingress_class->metadata.name] = ingress_class;
  mark_class(ingress_class->metadata.name);
  return true;
}

bool Store::put(const std::shared_ptr<const Service>& service) {
  const std::string key = name_key(service->metadata);
  std::shared_ptr<const Service>& held = services_[key].service;
  if (held != nullptr && !service->metadata.resource_version.empty() && *held == *service) return false;
  changes_.services.insert(key);
  if (held == nullptr || !same_ports(*held, *service)) changes_.service_ports.insert(key);
  held = service;
  return true;
}

bool Store::put(const std::shared_ptr<const EndpointSlice>& slice) {
  std::shared_ptr<const EndpointSlice>& held = slices_[name_key(slice->metadata)];
  if (held != nullptr) {
    if (same_but_version(*held, *slice)) return false;
    unlink(*held);  // it may have been given to another Service
  }
  held = slice;
  link(held);
  return true;
}

bool Store::put(const std::shared_ptr<const ConfigMap>& config_map) {
  const std::string key = name_key(config_map->metadata);
  std::shared_ptr<const ConfigMap>& held = config_maps_[key].config_map;
  if (held != nullptr && held->data == config_map->data && held->metadata.uid == config_map->metadata.uid) {
    held = config_map;
    return false;
  }
  held = config_map;
  return config_map_changed(key);
}

// Most ConfigMaps are nobody's here, and some of them change every other second.
bool Store::config_map_changed(const std::string& key) {
  const ConfigMapRecord& record = config_maps_.at(key);
  const bool is_settings = key == settings_;
  if (is_settings)
    named_by_settings_ =
        record.config_map == nullptr ? std::set<std::string>() : config_maps_of(*record.config_map);
  const bool counts = is_settings || named_by_settings_.contains(key) || !record.users.empty();
  if (counts) changes_.config_maps.insert(key);
  for (const Ingress* user : record.users) mark(*user);
  return counts;
}

void Store::drop_config_map_if_unused(const std::string& key) {
  const auto at = config_maps_.find(key);
  if (at != config_maps_.end() && at->second.config_map == nullptr && at->second.users.empty())
    config_maps_.erase(at);
}

bool Store::put(const std::shared_ptr<const Secret>& secret) {
  const std::string key = name_key(secret->metadata);
  SecretRecord& record = secrets_[key];
  if (record.secret != nullptr && *record.secret == *secret) return false;
  changes_.secrets.insert(key);
  record.secret = secret;
  if (secret->certificate != nullptr) record.certificate = secret->certificate;
  return true;
}

// Annotations of our own act on the endpoints of its Services.
void Store::mark_services(const Ingress& ingress) {
  const auto& annotations = ingress.metadata.annotations;
  if (std::any_of(annotations.begin(), annotations.end(),
                  [](const auto& each) { return each.first.starts_with(kOwnPrefix); }))
    changes_.services.merge(services_of(ingress));
}

void Store::mark(const Ingress& ingress) {
  changes_.ingresses.insert(name_key(ingress.metadata));
  mark_services(ingress);
  for_each_rule(ingress,
                [this](std::string host, const RuleRef&) { changes_.hosts.insert(std::move(host)); });
}

void Store::mark_class(const std::string& class_name) {
  for (const auto& [key, ingress] : ingresses_)
    if (class_name_of(*ingress) == class_name) mark(*ingress);
  for (const auto& [key, refused] : refused_)
    if (class_name_of(*refused.ingress) == class_name) changes_.ingresses.insert(key);
}

void Store::set_classes_readable(bool readable) {
  if (std::exchange(classes_readable_, readable) == readable) return;
  for (const auto& [key, ingress] : ingresses_)
    if (ingress->class_name) mark(*ingress);
  for (const auto& [key, refused] : refused_)
    if (refused.ingress->class_name) changes_.ingresses.insert(key);
}

void Store::link(const Ingress& ingress) {
  changes_.ingresses.insert(name_key(ingress.metadata));
  mark_services(ingress);
  for_each_rule(ingress, [this](std::string host, RuleRef ref) {
    ref.path_bits = path_bits_of(ref);
    hosts_[host].push_back(ref);
    changes_.hosts.insert(std::move(host));
  });
  for (const std::string& key : services_of(ingress)) services_[key].users.push_back(&ingress);
  for (const std::string& key : secrets_of(ingress)) secrets_[key].users.push_back(&ingress);
  for (const std::string& key : config_maps_of(ingress)) config_maps_[key].users.push_back(&ingress);
}

void Store::unlink(const Ingress& ingress) {
  mark(ingress);
  std::set<std::string> hosts;  // of many rules for one host, the first takes all
  for_each_rule(ingress, [&hosts](std::string host, const RuleRef&) { hosts.insert(std::move(host)); });
  for (const std::string& host : hosts) {
    const auto at = hosts_.find(host);
    if (at == hosts_.end()) continue;
    std::erase_if(at->second, [&](const RuleRef& ref) { return ref.ingress == &ingress; });
    if (at->second.empty()) hosts_.erase(at);
  }
  for (const std::string& key : services_of(ingress)) {
    std::erase(services_[key].users, &ingress);
    drop_service_if_unused(key);
  }
  for (const std::string& key : secrets_of(ingress)) {
    std::erase(secrets_[key].users, &ingress);
    drop_secret_if_unused(key);
  }
  for (const std::string& key : config_maps_of(ingress)) {
    std::erase(config_maps_[key].users, &ingress);
    drop_config_map_if_unused(key);
  }
}

void Store::link(const std::shared_ptr<const EndpointSlice>& slice) {
  if (slice->service_name.empty()) return;  // not of a Service
  std::string key = service_key_of(*slice);
  services_[key].slices.push_back(slice);
  changes_.services.insert(std::move(key));
}

void Store::unlink(const EndpointSlice& slice) {
  if (slice.service_name.empty()) return;
  const std::string key = service_key_of(slice);
  std::erase_if(services_[key].slices, [&](const auto& each) { return each.get() == &slice; });
  changes_.services.insert(key);
  drop_service_if_unused(key);
}

void Store::drop_service_if_unused(const std::string& key) {
  const auto at = services_.find(key);
  if (at == services_.end()) return;
  const ServiceRecord& record = at->second;
  if (record.service == nullptr && record.slices.empty() && record.users.empty()) services_.erase(at);
}

void Store::drop_secret_if_unused(const std::string& key) {
  const auto at = secrets_.find(key);
  if (at != secrets_.end() && at->second.secret == nullptr && at->second.users.empty()) secrets_.erase(at);
}

Changes Store::take_changes() { return std::exchange(changes_, Changes{}); }

const Ingress* Store::find_ingress(std::string_view key) const { return find_object(ingresses_, key); }

const RefusedIngress* Store::find_refused(std::string_view key) const {
  const auto at = refused_.find(key);
  return at == refused_.end() ? nullptr : &at->second;
}

const IngressClass* Store::find_class(std::string_view name) const { return find_object(classes_, name); }

const ConfigMap* Store::find_config_map(std::string_view key) const {
  const auto at = config_maps_.find(key);
  return at == config_maps_.end() ? nullptr : at->second.config_map.get();
}

const ServiceRecord* Store::find_service(std::string_view key) const {
  const auto at = services_.find(key);
  return at == services_.end() ? nullptr : &at->second;
}

const SecretRecord* Store::find_secret(std::string_view key) const {
  const auto at = secrets_.find(key);
  return at == secrets_.end() ? nullptr : &at->second;
}

const std::vector<RuleRef>& Store::rules_of(std::string_view host) const {
  static const std::vector<RuleRef> kNone;
  const auto at = hosts_.find(host);
  return at == hosts_.end() ? kNone : at->second;
}

void Store::for_each_host(const std::function<void(const std::string& host)>& visit) const {
  for (const auto& [host, rules] : hosts_) visit(host);
}

}  // namespace headgate::k8swatch
