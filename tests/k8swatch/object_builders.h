// Short ways to write Kubernetes objects in tests of the translator. Namespace "default" unless changed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/objects.h"

namespace headgate::k8swatch::testing {

inline Metadata metadata(std::string name, std::string namespace_name = "default") {
  Metadata result;
  result.namespace_name = std::move(namespace_name);
  result.name = std::move(name);
  return result;
}

template <typename T>
Object object(T value) {
  return std::make_shared<const T>(std::move(value));
}

inline IngressBackend backend(std::string service, std::string port = "80") {
  IngressBackend result;
  result.service = std::move(service);
  if (port.find_first_not_of("0123456789") == std::string::npos)
    result.port.number = static_cast<std::uint16_t>(std::stoul(port.empty() ? "0" : port));
  else
    result.port.name = std::move(port);
  return result;
}

inline IngressPath path(std::string text, std::string service, std::string type = "Prefix",
                        std::string port = "80") {
  return {std::move(text), std::move(type), backend(std::move(service), std::move(port))};
}

inline IngressRule rule(std::string host, std::vector<IngressPath> paths) {
  return {std::move(host), true, std::move(paths)};
}

inline Ingress ingress(std::string name, std::vector<IngressRule> rules, std::int64_t creation_time = 0) {
  Ingress result;
  result.metadata = metadata(std::move(name));
  result.metadata.creation_time = creation_time;
  result.class_name = "headgate";
  result.rules = std::move(rules);
  return result;
}

inline IngressClass ingress_class(std::string name,
                                  std::string controller = "headgate.dev/ingress-controller") {
  IngressClass result;
  result.metadata = metadata(std::move(name), "");
  result.controller = std::move(controller);
  return result;
}

// Port 80 named "http", targetPort 8080.
inline Service service(std::string name) {
  Service result;
  result.metadata = metadata(std::move(name));
  result.type = "ClusterIP";
  ServicePort port;
  port.name = "http";
  port.port = 80;
  port.target_port.number = 8080;
  result.ports.push_back(std::move(port));
  return result;
}

// Ready endpoints; port 8080 named "http".
inline EndpointSlice slice(std::string name, std::string service_name,
                           const std::vector<std::string>& addresses) {
  EndpointSlice result;
  result.metadata = metadata(std::move(name));
  result.service_name = std::move(service_name);
  result.address_type = "IPv4";
  for (const std::string& address : addresses) {
    SliceEndpoint endpoint;
    endpoint.address = address;
    result.endpoints.push_back(std::move(endpoint));
  }
  result.ports.push_back({"http", 8080, "TCP", ""});
  return result;
}

inline ConfigMap config_map(std::string name, StringPairs data) {
  return {metadata(std::move(name)), std::move(data)};
}

}  // namespace headgate::k8swatch::testing
