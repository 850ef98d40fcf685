// What a reader of settings makes of the ConfigMap default/c, and what is told of it.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "k8swatch/config_map_reader.h"
#include "k8swatch/object_builders.h"

namespace headgate::k8swatch::testing {

// `reading` is called with a ConfigMapReader. Of a key that it does not ask for there is a Finding as well.
template <typename Reading>
auto read_settings(StringPairs data, std::vector<Finding>& findings, Reading reading) {
  const ConfigMap read = config_map("c", std::move(data));
  ConfigMapReader reader(read, findings);
  auto settings = reading(reader);
  reader.tell_unread();
  return settings;
}

template <typename Settings>
struct SettingsRead {
  Settings settings;
  std::vector<std::string> findings;  // as to_string() writes them
};

template <typename Reading>
auto read_settings(StringPairs data, Reading reading) {
  std::vector<Finding> told;
  SettingsRead<std::invoke_result_t<Reading, ConfigMapReader&>> result;
  result.settings = read_settings(std::move(data), told, reading);
  for (const Finding& finding : told) result.findings.push_back(to_string(finding));
  return result;
}

}  // namespace headgate::k8swatch::testing
