// What the keys of the ConfigMap mean that mean something here, group by group: the rows docs/configmap.md is
// printed from.
#pragma once

#include <span>
#include <string_view>

#include "k8swatch/config_map_keys.h"

namespace headgate::k8swatch {

// Makes the rows of one group: name, default and meaning, and what is other than in ingress-nginx.
struct KeyRows {
  ConfigMapGroup group;

  constexpr ConfigMapKey operator()(std::string_view name, std::string_view default_text,
                                    std::string_view meaning, std::string_view deviation = "") const {
    return {name, KeyFate::honoured, {}, group, default_text, meaning, deviation};
  }
};

// About clients: TLS, listeners, who may ask and what for.
std::span<const ConfigMapKey> client_side_keys();
// About pods, the fields to and from them, and logs.
std::span<const ConfigMapKey> pod_side_keys();

}  // namespace headgate::k8swatch
