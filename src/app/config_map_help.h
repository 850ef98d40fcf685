// docs/configmap.md, printed from the registry of keys (`headgate help --configmap`).
#pragma once

#include <string>

namespace headgate::app {

std::string config_map_markdown();

}  // namespace headgate::app
