// Base64 as Kubernetes Secrets carry it (RFC 4648 §4, padding required). Line breaks inside are skipped, as
// Go's decoder does; anything else outside the alphabet is an error.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

// The error never quotes the input.
Result<std::string> decode_base64(std::string_view text);

// One line, with padding.
std::string encode_base64(std::string_view bytes);

}  // namespace headgate::k8swatch
