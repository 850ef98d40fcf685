// What is wrong with one Ingress by itself: hosts, paths and backends that cannot be served, settings that
// nothing reads yet. Conflicts between Ingresses are found where a host is drafted.
#pragma once

#include <string_view>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/objects.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {

// For an Ingress that is taken. Each bad rule, path or backend is one Finding and the rest of the Ingress
// serves; so is each annotation kept at decoding that has no effect. `annotation_prefix`: of those that are
// read, without '/'.
std::vector<Finding> check_ingress(const Ingress& ingress, const Store& store,
                                   std::string_view annotation_prefix);

// The same without what other objects have to do with it (a Service that is missing): what can only be mended
// in the Ingress itself.
std::vector<Finding> check_ingress_alone(const Ingress& ingress, std::string_view annotation_prefix);

}  // namespace headgate::k8swatch
