#include "fakeapi/kind.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace headgate::fakeapi {
namespace {

constexpr std::array kKinds{
    Kind{"networking.k8s.io", "v1", "Ingress", "ingresses", "ingress", "ing", true, true, true},
    Kind{"networking.k8s.io", "v1", "IngressClass", "ingressclasses", "ingressclass", "", false, false, true},
    Kind{"discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", "", true, false, true},
    Kind{"coordination.k8s.io", "v1", "Lease", "leases", "lease", "", true, false, false},
    Kind{"events.k8s.io", "v1", "Event", "events", "event", "ev", true, false, false},
    Kind{"", "v1", "Service", "services", "service", "svc", true, true, false},
    Kind{"", "v1", "Secret", "secrets", "secret", "", true, false, false},
    Kind{"", "v1", "ConfigMap", "configmaps", "configmap", "cm", true, false, false},
    Kind{"", "v1", "Namespace", "namespaces", "namespace", "ns", false, true, false},
    Kind{"", "v1", "Node", "nodes", "node", "no", false, true, false},
    Kind{"", "v1", "Pod", "pods", "pod", "po", true, true, false},
};

const Kind* find_if(auto&& condition) {
  const auto* const found = std::find_if(kKinds.begin(), kKinds.end(), condition);
  return found == kKinds.end() ? nullptr : found;
}

}  // namespace

std::string Kind::api_version() const {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string Kind::qualified_plural() const {
  return group.empty() ? std::string(plural) : std::string(plural) + "." + std::string(group);
}

std::string Kind::qualified_kind() const {
  // The server leaves the group out where its error comes from the old, internal type.
  return group.empty() || group == "events.k8s.io" ? std::string(kind)
                                                   : std::string(kind) + "." + std::string(group);
}

std::span<const Kind> all_kinds() { return kKinds; }

const Kind* find_resource(std::string_view group, std::string_view version, std::string_view plural) {
  return find_if(
      [&](const Kind& k) { return k.group == group && k.version == version && k.plural == plural; });
}

const Kind* find_kind(std::string_view api_version, std::string_view kind) {
  return find_if([&](const Kind& k) { return k.kind == kind && k.api_version() == api_version; });
}

const Kind& resource_named(std::string_view plural) {
  const Kind* const found = find_if([&](const Kind& k) { return k.plural == plural; });
  if (found == nullptr) {
    throw std::invalid_argument("the fake API server has no resource \"" + std::string(plural) + "\"");
  }
  return *found;
}

}  // namespace headgate::fakeapi
