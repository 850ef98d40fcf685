// The ConfigMaps that annotations and the settings name: which they are, and who may name which.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

class Store;

// Their name_keys: custom-headers and auth-proxy-set-headers. A change of one of them concerns the Ingress.
std::set<std::string> config_maps_of(const Ingress& ingress);
// Their name_keys: proxy-set-headers and add-headers of the ConfigMap that --configmap names.
std::set<std::string> config_maps_of(const ConfigMap& settings);

// Which ConfigMaps a tenant may name.
struct ConfigMapAccess {
  bool cross_namespace = false;    // allow-cross-namespace-resources
  std::string settings_namespace;  // whose ConfigMaps everybody may name; or empty
  friend bool operator==(const ConfigMapAccess&, const ConfigMapAccess&) = default;
};

// The ConfigMap that an annotation of `ingress` names, "[namespace/]name"; without a namespace it is in the
// Ingress's own. Valid until it changes. Fails with one sentence: no such form, not for this tenant to read,
// or not there (also: not to be read, see docs/configmap.md).
Result<const ConfigMap*> find_named_config_map(const Store& store, const Ingress& ingress,
                                               std::string_view text, const ConfigMapAccess& access);

// Fields are all that is read of a ConfigMap that is not the settings: what cannot be one is cut when it is
// decoded, so that files kept in ConfigMaps take no memory. A value with several lines keeps the beginning of
// the first one and its end, so that whoever reads it sees why it is refused.
inline constexpr std::size_t kMostConfigMapKeys = 256;
inline constexpr std::size_t kMostConfigMapValue = std::size_t{4} * 1024;
void keep_field_lines(StringPairs& data);

}  // namespace headgate::k8swatch
