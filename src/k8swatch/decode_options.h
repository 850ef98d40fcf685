// What the decoders keep of an object where that is a choice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tls/intermediate.h"

namespace headgate::k8swatch {

struct DecodeOptions {
  // Annotations that start with one of these are kept, all others are dropped unread.
  std::vector<std::string> annotation_prefixes = {"nginx.ingress.kubernetes.io/", "headgate.dev/",
                                                  "kubernetes.io/ingress.class"};
  // Name of the ConfigMap that is kept whole, "namespace/name"; of all others fields are (keep_field_lines).
  std::string config_map;
  // Makes equal intermediate certificates of Secrets one; shared by copies of these options. Used by the one
  // thread that decodes.
  std::shared_ptr<tls::IntermediatePool> intermediates = std::make_shared<tls::IntermediatePool>();
};

}  // namespace headgate::k8swatch
