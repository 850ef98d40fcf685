// Field names as programs in Go show them, for the echo backend's answers.
#pragma once

#include <string>
#include <string_view>

namespace headgate::app {

// "x-forwarded-for" as Go writes it: "X-Forwarded-For".
std::string canonical_field_name(std::string_view name);

}  // namespace headgate::app
