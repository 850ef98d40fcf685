// What the decoders keep of an object where that is a choice.
#pragma once

#include <string>
#include <vector>

namespace headgate::k8swatch {

struct DecodeOptions {
  // Annotations that start with one of these are kept, all others are dropped unread.
  std::vector<std::string> annotation_prefixes = {"nginx.ingress.kubernetes.io/", "headgate.dev/",
                                                  "kubernetes.io/ingress.class"};
};

}  // namespace headgate::k8swatch
