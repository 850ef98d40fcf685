// Compares resourceVersions. They are opaque except for this one order (KEP-5504, "comparable resource
// version"): within one resource they are decimal numbers of any length without leading zeros.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace headgate::k8swatch {

// A decimal number of any length, without sign or leading zero; "0" is none.
bool is_comparable_version(std::string_view version);

// Which of two versions of the same resource is newer; nothing where one of them is not comparable.
std::optional<std::strong_ordering> compare_versions(std::string_view a, std::string_view b);

// `version` is certainly not newer than `than`.
inline bool is_not_newer(std::string_view version, std::string_view than) {
  const auto order = compare_versions(version, than);
  return order && *order <= 0;
}

}  // namespace headgate::k8swatch
