// Telling UTF-8 (RFC 3629) from other bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

// Length of the well-formed sequence at `i`, 0 where there is none. `i` < text.size().
std::size_t utf8_length(std::string_view text, std::size_t i);

// At most the first `most` bytes of `text`, without cutting a character, and with U+FFFD in place of each
// byte that belongs to none; the result may be longer for those.
void append_as_utf8(std::string& out, std::string_view text, std::size_t most);

}  // namespace headgate
