// Room that simdjson reads past the end of its input: what the callers of the decoders must leave behind a
// text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate::k8swatch {

// Readable bytes that must follow every text given to a JsonReader; their content does not matter.
inline constexpr std::size_t kJsonPadding = 64;

// A copy that has them.
inline std::string padded_copy(std::string_view text) {
  std::string copy;
  copy.reserve(text.size() + kJsonPadding);
  copy = text;
  return copy;
}

}  // namespace headgate::k8swatch
