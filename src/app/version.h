// Which Headgate this is.
#pragma once

#include <string_view>

namespace headgate::app {

std::string_view version();     // "0.1.0"
std::string_view build();       // the commit, or "unknown"
std::string_view repository();  // where it comes from

}  // namespace headgate::app
