// Writing JSON strings.
#pragma once

#include <string>
#include <string_view>

namespace headgate {

// Appends `text` with quotes around it. It must be UTF-8, as everything read from JSON is.
void append_json_string(std::string& out, std::string_view text);

// With quotes. Bytes that are not valid UTF-8 become U+FFFD, so that the result always is JSON.
std::string json_string(std::string_view text);

}  // namespace headgate
