// The path of an Ingress rule: checked, and in the one normal form in which requests are matched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "router/model.h"

namespace headgate::k8swatch {

// The form of http::Target::match_path: percent-decoded once, repeated slashes merged, dot segments resolved;
// "" becomes "/". Refused, with the reason: a path without leading '/', with a query, fragment, control byte
// or bad escape, that climbs above the root, or that no request can have because it is too long.
Result<std::string> normalise_ingress_path(std::string_view written);

// Up to three bits, which a path has in common with every path of the same normal form and with few others;
// none: it is no path. Those of several paths may be added up, to tell what is surely not among them.
std::uint32_t path_bits(std::string_view written);
// The same of a path that is in its normal form already.
std::uint32_t normal_path_bits(std::string_view normal);

// "" counts as ImplementationSpecific, whose matching here is that of Prefix. Nothing: no such type.
std::optional<router::PathType> parse_path_type(std::string_view written);

}  // namespace headgate::k8swatch
