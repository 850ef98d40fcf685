// What an Ingress, or the ConfigMap for all, says about errors that a default backend words.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "k8swatch/config_map_reader.h"
#include "k8swatch/policy_drafter.h"

namespace headgate::k8swatch {

void add_error_pages(const Ingress& ingress, const ErrorPagesAnnotations& annotations,
                     const PolicyDefaults& defaults, policy::PolicyChain& chain, RoutePolicy& result);

// Where there is no default backend for all: an Ingress whose list of errors nobody words.
std::optional<Finding> errors_without_backend(const Ingress& ingress, std::string_view annotation_prefix);
// The same of the ConfigMap.
void tell_errors_without_backend(ConfigMapReader& reader, const ErrorPagesDefaults& defaults);

}  // namespace headgate::k8swatch
