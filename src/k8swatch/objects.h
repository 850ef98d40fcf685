// The Kubernetes objects Headgate reads, reduced to the fields it uses. Immutable once decoded; shared
// between the stores and the translator, on the control thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tls/certificate.h"

namespace headgate::k8swatch {

enum class Kind : std::uint8_t {
  ingress,
  ingress_class,
  service,
  endpoint_slice,
  secret,
  config_map,
  namespace_
};
inline constexpr std::size_t kKindCount = 7;
std::string_view to_string(Kind kind);  // "Ingress", "EndpointSlice", …

// Names one object of the cluster. Cluster-scoped kinds have an empty namespace.
struct ObjectKey {
  Kind kind = Kind::ingress;
  std::string namespace_name;
  std::string name;
  friend bool operator==(const ObjectKey&, const ObjectKey&) = default;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};
std::string to_string(const ObjectKey& key);  // "Ingress default/web"

using StringPairs =
    std::vector<std::pair<std::string, std::string>>;  // in the order of the document, keys unique

// metadata, without what nobody reads (managedFields, ownerReferences …).
struct Metadata {
  std::string namespace_name;
  std::string name;
  std::string uid;
  std::string resource_version;
  std::int64_t creation_time =
      0;  // seconds since 1970; 0 where absent (standalone manifests usually have none)
  std::int64_t generation = 0;
  StringPairs labels;       // only those Headgate reads: kubernetes.io/service-name
  StringPairs annotations;  // with a prefix Headgate reads; all others are left out at decoding
  friend bool operator==(const Metadata&, const Metadata&) = default;
};

// A port by number or by name (ServiceBackendPort, targetPort). Number 0: by name; both empty: not given.
struct PortRef {
  std::uint16_t number = 0;
  std::string name;
  friend bool operator==(const PortRef&, const PortRef&) = default;
};

struct IngressBackend {
  std::string service;  // empty: a `resource` backend, which Headgate answers with the default backend
  PortRef port;
  friend bool operator==(const IngressBackend&, const IngressBackend&) = default;
};

struct IngressPath {
  std::string path;       // may be empty: treated as "/"
  std::string path_type;  // as written: "Exact", "Prefix", "ImplementationSpecific" or ""
  IngressBackend backend;
  friend bool operator==(const IngressPath&, const IngressPath&) = default;
};

struct IngressRule {
  std::string host;       // as written; may be empty
  bool has_http = false;  // false: the rule has no paths; the host's "/" goes to spec.defaultBackend
  std::vector<IngressPath> paths;
  friend bool operator==(const IngressRule&, const IngressRule&) = default;
};

struct IngressTls {
  std::vector<std::string> hosts;
  std::string secret_name;
  friend bool operator==(const IngressTls&, const IngressTls&) = default;
};

// Where clients reach an Ingress or a Service: one entry of status.loadBalancer.ingress. Its `ports` are left
// out: Headgate neither writes nor compares them.
struct LoadBalancerAddress {
  std::string hostname;
  std::string ip;
  friend auto operator<=>(const LoadBalancerAddress&, const LoadBalancerAddress&) = default;
};

struct Ingress {
  Metadata metadata;
  std::optional<std::string> class_name;  // spec.ingressClassName
  std::optional<IngressBackend> default_backend;
  std::vector<IngressRule> rules;
  std::vector<IngressTls> tls;
  std::vector<LoadBalancerAddress> addresses;  // status.loadBalancer.ingress, in the order of the document
  friend bool operator==(const Ingress&, const Ingress&) = default;
};

struct IngressClass {
  Metadata metadata;
  std::string controller;
  bool is_default = false;  // annotation ingressclass.kubernetes.io/is-default-class
  friend bool operator==(const IngressClass&, const IngressClass&) = default;
};

struct ServicePort {
  std::string name;
  std::uint16_t port = 0;
  PortRef target_port;
  std::string protocol;  // "" means TCP
  std::string app_protocol;
  friend bool operator==(const ServicePort&, const ServicePort&) = default;
};

struct Service {
  Metadata metadata;
  std::string type;  // ClusterIP (also when absent), NodePort, LoadBalancer, ExternalName
  std::string cluster_ip;
  std::string external_name;
  std::vector<std::string> ip_families;  // "IPv4", "IPv6"
  std::vector<ServicePort> ports;
  friend bool operator==(const Service&, const Service&) = default;
};

struct SliceEndpoint {
  std::string address;  // addresses[0] only; further ones have no meaning (API reference).
                        // As written: may be empty or no address, which costs the endpoint
  std::string target_uid;
  std::optional<bool> ready;
  std::optional<bool> serving;
  std::optional<bool> terminating;
  std::vector<std::string> for_zones;  // hints; names of zones
  std::vector<std::string> for_nodes;  // hints; names of Nodes
  friend bool operator==(const SliceEndpoint&, const SliceEndpoint&) = default;
};

struct SlicePort {
  std::string name;
  std::optional<std::uint16_t> port;
  std::string protocol;  // "" means TCP
  std::string app_protocol;
  friend bool operator==(const SlicePort&, const SlicePort&) = default;
};

struct EndpointSlice {
  Metadata metadata;
  std::string service_name;  // label kubernetes.io/service-name
  std::string address_type;  // "IPv4", "IPv6", "FQDN"
  std::vector<SliceEndpoint> endpoints;
  std::vector<SlicePort> ports;
  friend bool operator==(const EndpointSlice&, const EndpointSlice&) = default;
};

struct Secret {
  Metadata metadata;
  std::string type;
  StringPairs data;  // decoded from base64; only what is_kept_secret_key() names
  // What tls.crt and tls.key are together. Made while the Secret is decoded, so that no private key stays in
  // memory as text. Null where they are missing or unusable: `certificate_error` says why.
  std::shared_ptr<const tls::Certificate> certificate;
  std::string certificate_error;
  std::uint64_t certificate_hash = 0;  // of both texts; 0: neither is there
  // By content: two Certificates made of the same text count as equal.
  friend bool operator==(const Secret& a, const Secret& b) {
    return a.metadata == b.metadata && a.type == b.type && a.data == b.data &&
           a.certificate_hash == b.certificate_hash;
  }
};

struct ConfigMap {
  Metadata metadata;
  StringPairs data;
  friend bool operator==(const ConfigMap&, const ConfigMap&) = default;
};

struct Namespace {
  Metadata metadata;
  friend bool operator==(const Namespace&, const Namespace&) = default;
};

using Object = std::variant<std::shared_ptr<const Ingress>, std::shared_ptr<const IngressClass>,
                            std::shared_ptr<const Service>, std::shared_ptr<const EndpointSlice>,
                            std::shared_ptr<const Secret>, std::shared_ptr<const ConfigMap>,
                            std::shared_ptr<const Namespace>>;
ObjectKey key_of(const Object& object);
Kind kind_of(const Object& object);
const Metadata& metadata_of(const Object& object);
// Deep comparison: the same kind with the same fields.
bool same_content(const Object& a, const Object& b);

}  // namespace headgate::k8swatch
