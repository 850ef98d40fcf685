// Writing JSON strings.
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// With quotes. Bytes that are not valid UTF-8 become U+FFFD, so that the result always is JSON.
std::string json_string(std::string_view text);

}  // namespace headgate
