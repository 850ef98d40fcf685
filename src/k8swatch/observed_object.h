// One object as the API server sent it, or what is known of one that cannot be used.
#pragma once

#include <optional>
#include <string>

#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

struct ObservedObject {
  ObjectKey key;  // without a name: not even that could be read
  std::string uid;
  std::string resource_version;
  std::optional<Object> object;    // nothing: it could not be decoded, or only its identity was asked for
  std::optional<Finding> finding;  // why it could not be decoded

  [[nodiscard]] bool has_identity() const { return !key.name.empty(); }
};

}  // namespace headgate::k8swatch
