// MicroTime, the point in time of Leases and Events (apimachinery, meta/v1/micro_time.go).
#pragma once

#include <string>

#include "k8swatch/moment.h"

namespace headgate::k8swatch {

// "2026-05-01T12:00:00.123456Z". Always with six digits: the API server refuses any other number of them.
std::string micro_time(WallTime time);

}  // namespace headgate::k8swatch
