// Base64 of RFC 4648: the URL alphabet without padding for continue tokens, the standard one for Secrets.
#pragma once

#include <string>
#include <string_view>

namespace headgate::fakeapi {

std::string base64url_encode(std::string_view bytes);
// Throws std::invalid_argument.
std::string base64url_decode(std::string_view text);
// Standard alphabet, with padding.
std::string base64_encode(std::string_view bytes);

}  // namespace headgate::fakeapi
