// The annotations about mirrors: mirror-target, mirror-request-body, mirror-host.
#pragma once

#include <optional>

#include "k8swatch/annotations/reader.h"
#include "k8swatch/side_backend.h"
#include "policy/mirror.h"

namespace headgate::k8swatch {

struct MirrorAnnotations {
  policy::Mirror mirror;  // without its Cluster
  SideBackend service;
};

// Nothing: there is no mirror, or what is wrong with it has been noted.
std::optional<MirrorAnnotations> read_mirror_annotations(AnnotationReader& reader);

}  // namespace headgate::k8swatch
