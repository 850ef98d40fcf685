// Every key that ingress-nginx's ConfigMap may have, and ours: what becomes of those that no reader asks for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace headgate::k8swatch {

enum class KeyFate : std::uint8_t {
  honoured,   // means something here; who reads it is found by ConfigMapReader
  no_effect,  // about something that is not here, and harmless
  refused,    // asks for something that is not done
};

struct ConfigMapKey {
  std::string_view name;
  KeyFate fate;
  std::string_view reason;  // of all but the honoured ones; what to do instead, where there is something
};

// By name.
std::span<const ConfigMapKey> config_map_keys();
// Null: there is no such key.
const ConfigMapKey* find_config_map_key(std::string_view name);
// The key that somebody who wrote `name` most likely meant; empty: none is near.
std::string_view nearest_config_map_key(std::string_view name);

}  // namespace headgate::k8swatch
