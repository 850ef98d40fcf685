// A fast 64-bit fingerprint of a text, to see whether a document changed. Seeded per process; not for tables
// whose keys tenants choose (base/hash.h) and not for security.
#pragma once

#include <cstdint>
#include <string_view>

namespace headgate::k8swatch {

std::uint64_t content_hash(std::string_view text);

}  // namespace headgate::k8swatch
