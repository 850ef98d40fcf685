#include "k8swatch/ingress_completeness.h"

#include <algorithm>

#include "k8swatch/ingress_secrets.h"
#include "k8swatch/name_key.h"
#include "k8swatch/named_config_maps.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {
namespace {

bool is_there(const Ingress& ingress, const IngressBackend& backend, const Store& store) {
  if (backend.service.empty()) return true;
  const ServiceRecord* record =
      store.find_service(name_key(ingress.metadata.namespace_name, backend.service));
  if (record == nullptr || record->service == nullptr) return false;
  return record->service->type == "ExternalName" || !record->slices.empty();
}

}  // namespace

bool is_complete(const Ingress& ingress, const Store& store) {
  if (ingress.default_backend && !is_there(ingress, *ingress.default_backend, store)) return false;
  for (const IngressRule& rule : ingress.rules)
    for (const IngressPath& path : rule.paths)
      if (!is_there(ingress, path.backend, store)) return false;
  for (const std::string& key : config_maps_of(ingress))
    if (store.find_config_map(key) == nullptr) return false;
  const auto secrets = secrets_of(ingress);
  return std::all_of(secrets.begin(), secrets.end(), [&store](const std::string& key) {
    const SecretRecord* record = store.find_secret(key);
    return record != nullptr && record->secret != nullptr;
  });
}

}  // namespace headgate::k8swatch
