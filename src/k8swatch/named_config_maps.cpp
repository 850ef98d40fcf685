#include "k8swatch/named_config_maps.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array<std::string_view, 2> kAnnotations = {"/custom-headers", "/auth-proxy-set-headers"};
constexpr std::array<std::string_view, 2> kSettings = {"proxy-set-headers", "add-headers"};
// Of a value that is not one line: enough to know it again.
constexpr std::size_t kKeptOfFirstLine = 64;

// Empty: not of that form.
std::string key_of_text(std::string_view text, std::string_view own_namespace) {
  text = trimmed(text);
  if (const auto parts = split_name_key(text)) return name_key(parts->namespace_name, parts->name);
  return text.empty() || text.find('/') != std::string_view::npos ? std::string()
                                                                  : name_key(own_namespace, text);
}

bool is_of(std::string_view key, std::string_view namespace_name) {
  return !namespace_name.empty() && key.size() > namespace_name.size() && key.starts_with(namespace_name) &&
         key[namespace_name.size()] == '/';
}

}  // namespace

std::set<std::string> config_maps_of(const Ingress& ingress) {
  std::set<std::string> keys;
  // Whatever the prefix: the decoder keeps only annotations with one of ours.
  for (const auto& [name, value] : ingress.metadata.annotations)
    for (const std::string_view suffix : kAnnotations)
      if (name.ends_with(suffix))
        if (std::string key = key_of_text(value, ingress.metadata.namespace_name); !key.empty())
          keys.insert(std::move(key));
  return keys;
}

std::set<std::string> config_maps_of(const ConfigMap& settings) {
  std::set<std::string> keys;
  for (const auto& [name, value] : settings.data)
    if (std::find(kSettings.begin(), kSettings.end(), name) != kSettings.end())
      if (std::string key = key_of_text(value, settings.metadata.namespace_name); !key.empty())
        keys.insert(std::move(key));
  return keys;
}

Result<const ConfigMap*> find_named_config_map(const Store& store, const Ingress& ingress,
                                               std::string_view text, const ConfigMapAccess& access) {
  const std::string key = key_of_text(text, ingress.metadata.namespace_name);
  if (key.empty()) return fail(quoted(text) + " is not of the form 'namespace/name'");
  if (!access.cross_namespace && !is_of(key, ingress.metadata.namespace_name) &&
      !is_of(key, access.settings_namespace))
    return fail("ConfigMap " + key +
                " is of another namespace, and allow-cross-namespace-resources is not true");
  const ConfigMap* const config_map = store.find_config_map(key);
  if (config_map == nullptr) return fail("ConfigMap " + key + " does not exist");
  return config_map;
}

void keep_field_lines(StringPairs& data) {
  if (data.size() > kMostConfigMapKeys) data.resize(kMostConfigMapKeys + 1);
  for (auto& [name, value] : data) {
    const std::size_t line = value.find_first_of("\r\n");
    if (line != std::string::npos)
      value = value.substr(0, std::min(line, kKeptOfFirstLine)) + "\n";
    else if (value.size() > kMostConfigMapValue)
      value.resize(kMostConfigMapValue + 1);
    value.shrink_to_fit();
  }
}

}  // namespace headgate::k8swatch
