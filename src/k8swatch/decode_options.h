// What the decoders keep of an object where that is a choice.
#pragma once

#include <string>
#include <vector>

namespace headgate::k8swatch {

struct DecodeOptions {
  // Annotations that start with one of these are kept, all others are dropped unread.
  std::vector<std::string> annotation_prefixes = {"nginx.ingress.kubernetes.io/", "headgate.dev/",
                                                  "kubernetes.io/ingress.class"};
  // Whether a Secret's data is kept. Off while nothing reads Secrets: private keys do not lie about in
  // memory for nothing. The data is checked all the same.
  bool keep_secret_data = false;
};

}  // namespace headgate::k8swatch
