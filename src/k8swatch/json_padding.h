// Room that simdjson reads past the end of its input: what the callers of the decoders must leave behind a
// text.
#pragma once

#include <cstddef>

namespace headgate::k8swatch {

// Readable bytes that must follow every text given to a JsonReader; their content does not matter.
inline constexpr std::size_t kJsonPadding = 64;

}  // namespace headgate::k8swatch
