// The mirror: the last good version of every object Headgate uses, indexed the ways the Translator asks, and
// what changed since it last asked. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/ingress_gate.h"
#include "k8swatch/name_key.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// One rule of an Ingress, or its defaultBackend where it has no rules. Views an object of the Store.
struct RuleRef {
  static constexpr std::uint32_t kDefaultBackend = UINT32_MAX;
  const Ingress* ingress = nullptr;
  std::uint32_t rule = kDefaultBackend;
  // path_bits() of its paths, so that a search among the many rules of one host need not look at most of
  // them.
  std::uint32_t path_bits = UINT32_MAX;  // all: not known
};

// Everything known under the name of one Service, whether or not the Service itself exists.
struct ServiceRecord {
  std::shared_ptr<const Service> service;  // null: absent
  std::vector<std::shared_ptr<const EndpointSlice>> slices;
  std::vector<const Ingress*> users;  // the Ingresses with a backend of that name, each once
};

// Everything known under the name of one Secret, whether or not the Secret itself exists.
struct SecretRecord {
  std::shared_ptr<const Secret> secret;  // null: absent
  // The Secret's, or, where that has become unusable, the last good one since the Secret exists; else null.
  std::shared_ptr<const tls::Certificate> certificate;
  std::vector<const Ingress*> users;  // the Ingresses that name it (secrets_of), each once
};

// Everything known under the name of one ConfigMap, whether or not it exists.
struct ConfigMapRecord {
  std::shared_ptr<const ConfigMap> config_map;  // null: absent
  std::vector<const Ingress*> users;            // the Ingresses that name it (config_maps_of), each once
};

// What changed, by name: the things to look at again, and nothing else. Ordered, so that work done in this
// order does not depend on the order of arrival.
struct Changes {
  std::set<std::string> ingresses;      // name_key; changed, gone, or its class may have changed owner
  std::set<std::string> hosts;          // normalised; a rule for it came, went or changed
  // name_key; the Service, one of its slices, or what an Ingress with annotations of our own says about it.
  std::set<std::string> services;
  std::set<std::string> service_ports;  // name_key; its existence, type or ports: part of `services`
  std::set<std::string> secrets;        // name_key
  std::set<std::string> config_maps;    // name_key; only those that somebody names

  [[nodiscard]] bool empty() const {
    return ingresses.empty() && hosts.empty() && services.empty() && service_ports.empty() &&
           secrets.empty() && config_maps.empty();
  }
};

// The newest version of an Ingress, where the gate does not let it in.
struct RefusedIngress {
  std::shared_ptr<const Ingress> ingress;
  std::vector<Finding> reasons;
};

class Store {
 public:
  // `gate` (null: everything passes) judges each version of an Ingress. What it refuses does not replace the
  // version held, unless it is of another class. It must outlive this.
  explicit Store(const IngressGate* gate = nullptr) : gate_(gate) {}

  // Which ConfigMap is the settings (--configmap, "namespace/name"): its changes count, and those of the
  // ConfigMaps that it names. To be said before the first object.
  void set_settings(std::string key) { settings_ = std::move(key); }

  // Whether it is a change for routing. An object that is as the one held is none, nor is one that differs
  // only in what routing does not read (status): the version held stays. The content decides, never the
  // resourceVersion: a restored API server gives the same one to other content. Kinds nobody uses yet
  // (Namespace) are not kept.
  bool upsert(const Object& object);
  void remove(const ObjectKey& key);
  // Whether IngressClasses can be read at all. If not, there are none, and an Ingress that names one counts
  // as one that does not.
  void set_classes_readable(bool readable);
  [[nodiscard]] bool are_classes_readable() const { return classes_readable_; }
  // The gate decides otherwise than before: takes what was refused and is not now, and the other way round.
  void judge_again();

  [[nodiscard]] bool has_changes() const { return !changes_.empty(); }
  // What changed since the last call.
  Changes take_changes();

  // Null: no such object. Valid until the object is changed or removed.
  [[nodiscard]] const Ingress* find_ingress(std::string_view key) const;
  [[nodiscard]] const RefusedIngress* find_refused(std::string_view key) const;
  [[nodiscard]] const IngressClass* find_class(std::string_view name) const;
  [[nodiscard]] const ConfigMap* find_config_map(std::string_view key) const;
  [[nodiscard]] const ServiceRecord* find_service(std::string_view key) const;
  [[nodiscard]] const SecretRecord* find_secret(std::string_view key) const;
  // Every rule for that normalised host ("_": rules without host), of any class, in no particular order.
  [[nodiscard]] const std::vector<RuleRef>& rules_of(std::string_view host) const;
  void for_each_host(const std::function<void(const std::string& host)>& visit) const;

 private:
  template <typename T>
  using Objects = NameMap<std::shared_ptr<const T>>;

  bool put(const std::shared_ptr<const Ingress>& ingress);
  bool refuse(const std::string& key, const std::shared_ptr<const Ingress>& ingress);
  void drop_ingress(const std::string& key);
  bool put(const std::shared_ptr<const IngressClass>& ingress_class);
  bool put(const std::shared_ptr<const Service>& service);
  bool put(const std::shared_ptr<const EndpointSlice>& slice);
  bool put(const std::shared_ptr<const ConfigMap>& config_map);
  bool put(const std::shared_ptr<const Secret>& secret);
  bool put(const std::shared_ptr<const Namespace>&) { return false; }

  void link(const Ingress& ingress);
  void unlink(const Ingress& ingress);
  void link(const std::shared_ptr<const EndpointSlice>& slice);
  void unlink(const EndpointSlice& slice);
  void mark(const Ingress& ingress);
  void mark_services(const Ingress& ingress);
  void mark_class(const std::string& class_name);
  void drop_service_if_unused(const std::string& key);
  void drop_secret_if_unused(const std::string& key);
  bool config_map_changed(const std::string& key);  // false: it is nobody's
  void drop_config_map_if_unused(const std::string& key);

  const IngressGate* gate_;
  Objects<Ingress> ingresses_;
  NameMap<RefusedIngress> refused_;
  Objects<IngressClass> classes_;  // by name alone
  Objects<EndpointSlice> slices_;
  NameMap<ConfigMapRecord> config_maps_;
  std::string settings_;
  std::set<std::string> named_by_settings_;
  NameMap<ServiceRecord> services_;
  NameMap<SecretRecord> secrets_;
  NameMap<std::vector<RuleRef>> hosts_;
  bool classes_readable_ = true;
  Changes changes_;
};

}  // namespace headgate::k8swatch
