// Lists of locations in the ConfigMap: how paths of Ingresses begin that a rule is not for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/config_map_reader.h"

namespace headgate::k8swatch {

// Replaces `locations` where `key` is there. Entries that begin otherwise than every path are left out and
// told.
void read_locations(ConfigMapReader& reader, std::string_view key, std::vector<std::string>& locations);

}  // namespace headgate::k8swatch
