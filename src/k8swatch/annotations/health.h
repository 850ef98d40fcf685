// The annotations of our own about the health of endpoints: headgate.dev/outlier-detection*,
// -healthy-panic-threshold, -slow-start-window and -health-check-*.
#pragma once

#include <string>

#include "k8swatch/annotations/reader.h"
#include "router/health_settings.h"

namespace headgate::k8swatch {

struct HealthAnnotations {
  router::HealthSettings settings;  // what comes of them and the defaults
  std::string first;                // the first of them, in full; empty: there is none
  // Of those that change nothing, because what they are about is off.
  std::string idle;
  // In full, where they are there; of the checks of pods that speak gRPC the last one alone counts.
  std::string check_path;
  std::string check_statuses;
  std::string check_grpc_service;
};

// `defaults`: of the ConfigMap. `grpc`: pods that speak gRPC (backend-protocol), which are asked by its own
// protocol.
HealthAnnotations read_health_annotations(AnnotationReader& reader,
                                          const router::HealthSettings& defaults = {}, bool grpc = false);

// Something is asked.
bool is_wanted(const router::HealthSettings& settings);

}  // namespace headgate::k8swatch
