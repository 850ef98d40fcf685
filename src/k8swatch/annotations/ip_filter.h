// The annotations allowlist-source-range and denylist-source-range: who may ask, by address.
#pragma once

#include <optional>

#include "base/cidr.h"
#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// Each absent where the ConfigMap's list counts.
struct IpFilterAnnotations {
  std::optional<CidrList> allowed;
  std::optional<CidrList> denied;
};

// Entries that are no addresses are noted and left out. A list with no other entries denies the location.
IpFilterAnnotations read_ip_filter_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
