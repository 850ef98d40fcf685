#include "k8swatch/watched_resource.h"

#include <string_view>
#include <utility>

#include "k8swatch/query_text.h"

namespace headgate::k8swatch {
namespace {

struct ResourceType {
  std::string_view prefix;
  std::string_view plural;
};

ResourceType type_of(Kind kind) {
  constexpr std::string_view kCore = "/api/v1/";
  constexpr std::string_view kNetworking = "/apis/networking.k8s.io/v1/";
  switch (kind) {
    case Kind::ingress:
      return {kNetworking, "ingresses"};
    case Kind::ingress_class:
      return {kNetworking, "ingressclasses"};
    case Kind::service:
      return {kCore, "services"};
    case Kind::endpoint_slice:
      return {"/apis/discovery.k8s.io/v1/", "endpointslices"};
    case Kind::secret:
      return {kCore, "secrets"};
    case Kind::config_map:
      return {kCore, "configmaps"};
    case Kind::namespace_:
      return {kCore, "namespaces"};
  }
  return {};
}

// Of all namespaces where none is given.
WatchedResource resource(Kind kind, const std::string& namespace_name = "") {
  const ResourceType type = type_of(kind);
  WatchedResource result;
  result.kind = kind;
  result.name = type.plural;
  result.path = type.prefix;
  if (!namespace_name.empty()) result.path += "namespaces/" + namespace_name + "/";
  result.path += type.plural;
  // Helm keeps every release as a Secret of its own, up to 1 MiB each and the better part of many clusters'
  // Secrets. No narrower choice would do: certificates are of type kubernetes.io/tls, but those for
  // authentication and client certificates are Opaque, and a watch for each name would need one connection
  // each. What is of no use is dropped when it is decoded.
  if (kind == Kind::secret) append_query(result.query, "fieldSelector", "type!=helm.sh/release.v1");
  return result;
}

// A further watch beside that of --watch-namespace.
WatchedResource elsewhere(Kind kind, const std::string& namespace_name) {
  WatchedResource result = resource(kind, namespace_name);
  result.name += "/" + namespace_name;
  return result;
}

WatchedResource by_name(WatchedResource result, const std::string& name) {
  result.query.clear();
  append_query(result.query, "fieldSelector", "metadata.name=" + name);
  return result;
}

// All but the one called `settings`, which has a watch of its own, and the root certificates that Kubernetes
// puts into each namespace. `place`: a namespace, or empty.
WatchedResource named_config_maps(const std::string& place, const std::string& settings) {
  WatchedResource result = resource(Kind::config_map, place);
  result.name += place.empty() ? "/all" : "/all/" + place;
  append_query(result.query, "fieldSelector",
               "metadata.name!=kube-root-ca.crt" + (settings.empty() ? "" : ",metadata.name!=" + settings));
  result.is_optional = true;
  return result;
}

std::pair<std::string, std::string> split(const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return {};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

}  // namespace

std::vector<WatchedResource> watched_resources(const WatchScope& scope) {
  const std::string& only = scope.watch_namespace;
  std::vector<WatchedResource> all;
  for (const Kind kind : {Kind::ingress, Kind::service, Kind::endpoint_slice, Kind::secret})
    all.push_back(resource(kind, only));
  all.push_back(resource(Kind::ingress_class));
  all.back().is_optional = true;
  if (!scope.namespace_selector.empty()) {
    all.push_back(resource(Kind::namespace_));
    // The server selects: a Namespace that leaves the selection is told of as deleted.
    append_query(all.back().query, "labelSelector", scope.namespace_selector);
  }
  const auto [config_namespace, config_name] = split(scope.config_map);
  if (!config_name.empty()) all.push_back(by_name(resource(Kind::config_map, config_namespace), config_name));
  // Those that annotations and the settings name. They may be anywhere, and change at any time; a watch for
  // each name would need one connection each. Who may not read them goes on without.
  const bool is_among_them = only.empty() || config_namespace == only;
  all.push_back(named_config_maps(only, is_among_them ? config_name : ""));
  if (!only.empty() && !config_name.empty() && config_namespace != only)
    all.push_back(named_config_maps(config_namespace, config_name));
  if (only.empty()) return all;

  // What flags name is needed wherever it is.
  const auto is_elsewhere = [&only](const std::string& place) { return !place.empty() && place != only; };
  // The ConfigMap may name Secrets beside it (ticket keys).
  if (is_elsewhere(config_namespace)) all.push_back(elsewhere(Kind::secret, config_namespace));
  const auto [certificate_namespace, certificate] = split(scope.default_ssl_certificate);
  if (is_elsewhere(certificate_namespace) && certificate_namespace != config_namespace)
    all.push_back(by_name(elsewhere(Kind::secret, certificate_namespace), certificate));
  const auto [backend_namespace, backend] = split(scope.default_backend_service);
  if (is_elsewhere(backend_namespace)) {
    all.push_back(by_name(elsewhere(Kind::service, backend_namespace), backend));
    all.push_back(elsewhere(Kind::endpoint_slice, backend_namespace));
    append_query(all.back().query, "labelSelector", "kubernetes.io/service-name=" + backend);
  }
  return all;
}

}  // namespace headgate::k8swatch
