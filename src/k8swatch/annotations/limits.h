// The annotations limit-rps, limit-rpm, limit-connections, limit-burst-multiplier and limit-allowlist.
#pragma once

#include <cstdint>

#include "base/cidr.h"
#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

struct LimitAnnotations {
  std::uint32_t per_second = 0;  // 0: no such limit; likewise the next two
  std::uint32_t per_minute = 0;
  std::uint32_t connections = 0;
  std::uint32_t burst_multiplier = 5;
  CidrList exempt;
};

LimitAnnotations read_limit_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
