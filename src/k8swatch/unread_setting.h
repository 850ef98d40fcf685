// What to tell of a setting that nothing reads yet. Whoever wrote it believes that it works.
#pragma once

#include <string>
#include <string_view>

#include "k8swatch/finding.h"

namespace headgate::k8swatch {

// `name`: an annotation without its prefix, or a ConfigMap key, as ingress-nginx names it. An error where the
// setting would keep requests out (authentication, address lists, limits), else a warning.
Finding unread_setting(std::string object, std::string field, std::string_view name);

}  // namespace headgate::k8swatch
