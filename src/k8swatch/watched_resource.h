// What is watched at the API server: one entry for each LIST and WATCH.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

struct WatchedResource {
  Kind kind = Kind::ingress;
  std::string name;   // unique: "secrets", "secrets/kube-system"; for the log, metrics and the connection
  std::string path;   // "/api/v1/namespaces/kube-system/secrets"
  std::string query;  // selectors, escaped; may be empty
  // Without permission to read it Headgate goes on without it, if it has never read it.
  bool is_optional = false;
};

// The flags that say what is needed; empty: not given. Names are "namespace/name".
struct WatchScope {
  std::string watch_namespace;
  std::string namespace_selector;
  std::string config_map;
  std::string default_ssl_certificate;
  std::string default_backend_service;
};

// No object is in two of them.
std::vector<WatchedResource> watched_resources(const WatchScope& scope);

}  // namespace headgate::k8swatch
