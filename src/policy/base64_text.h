// Base64 (RFC 4648 §4) as Basic credentials and htpasswd have it: the padding may be missing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headgate::policy {

// Nothing: it holds another character.
std::optional<std::string> decode_base64_text(std::string_view text);

}  // namespace headgate::policy
