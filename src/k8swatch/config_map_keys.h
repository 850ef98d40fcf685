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

// The sections of docs/configmap.md.
enum class ConfigMapGroup : std::uint8_t {
  tls,
  listeners,
  redirects,
  errors,
  authentication,
  compression,
  pods,
  access,
  gate,
  fields,
  access_log,
  tracing,
  useless,  // all that are not honoured
};

struct ConfigMapKey {
  std::string_view name;
  KeyFate fate;
  std::string_view reason;  // of all but the honoured ones; what to do instead, where there is something
  // Of the honoured ones, as Markdown: what docs/configmap.md says.
  ConfigMapGroup group = ConfigMapGroup::useless;
  std::string_view default_text = {};  // empty: none
  std::string_view meaning = {};
  std::string_view deviation = {};  // from ingress-nginx, and why; empty: none
};

// By group, in the order of the documentation.
std::span<const ConfigMapKey> config_map_rows();
std::string_view title_of(ConfigMapGroup group);
// What is said before the group's table: whole lines, or nothing.
std::string_view intro_of(ConfigMapGroup group);

// By name.
std::span<const ConfigMapKey> config_map_keys();
// Null: there is no such key.
const ConfigMapKey* find_config_map_key(std::string_view name);
// The key that somebody who wrote `name` most likely meant; empty: none is near.
std::string_view nearest_config_map_key(std::string_view name);

}  // namespace headgate::k8swatch
