// Where else than to its own backend a Route may have to send something: an auth service, a default backend,
// a mirror. Made into a Cluster like any backend.
#pragma once

#include <cstdint>
#include <string>

namespace headgate::k8swatch {

struct SideBackend {
  // A Service port …
  std::string namespace_name;
  std::string service;
  std::string port;  // number or name, empty for the first; of a host, a number
  // … or a host of a URL: "<service>.<namespace>.svc[.<domain>]" is that Service where it is known, an
  // address is itself, all else is looked up.
  std::string host;
  bool https = false;  // of a host: TLS, with that host as its name
  friend bool operator==(const SideBackend&, const SideBackend&) = default;
};

}  // namespace headgate::k8swatch
