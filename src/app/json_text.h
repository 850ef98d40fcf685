// Writing JSON strings, for the echo backend's answers.
#pragma once

#include <string>
#include <string_view>

namespace headgate::app {

// With quotes. Bytes that are not valid UTF-8 become U+FFFD, so that the result always is JSON.
std::string json_string(std::string_view text);

// "x-forwarded-for" as Go writes it: "X-Forwarded-For".
std::string canonical_field_name(std::string_view name);

}  // namespace headgate::app
