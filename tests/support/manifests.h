// The Kubernetes objects of a test, as the YAML that `kubectl apply` takes. Namespace `default` throughout.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/echo_backend.h"

namespace headgate::test_support {

struct PathRule {
  std::string path = "/";
  std::string type = "Prefix";
  std::string service;
  std::string port = "80";  // number or name
};

struct HostRule {
  std::string host;  // empty: every host
  std::vector<PathRule> paths;
};

struct TlsRule {
  std::string secret;  // empty: the default certificate
  std::vector<std::string> hosts;
};

struct IngressSpec {
  std::string name;
  std::string class_name;       // empty: none
  std::string default_service;  // empty: no defaultBackend
  std::vector<HostRule> rules;
  std::vector<TlsRule> tls;
  FieldList annotations;  // without "nginx.ingress.kubernetes.io/" in front, others in full
};

// Documents end with a newline and begin with "---".
std::string ingress(const IngressSpec& spec);
// The short form: one host, one Prefix rule on `path`.
std::string ingress(std::string_view name, std::string_view host, std::string_view service,
                    std::string_view path = "/", std::string_view port = "80");
// The same with TLS by the Secret `secret`.
std::string tls_ingress(std::string_view name, std::string_view host, std::string_view service,
                        std::string_view secret);
std::string ingress_class(std::string_view name, std::string_view controller);
// Port 80, named "http", targetPort 8080.
std::string service(std::string_view name);

struct PodAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string conditions = "{ready: true}";
};
// One EndpointSlice for each pod, because the pods of a test differ in their ports.
std::string endpoint_slices(std::string_view service, const std::vector<PodAddress>& pods);
// Service and EndpointSlices.
std::string service_at(std::string_view name, const std::vector<PodAddress>& pods);
std::string service_of(std::string_view name, const std::vector<const EchoBackend*>& pods);
std::string service_of(std::string_view name, const EchoBackend& pod);
// Quotes every value.
std::string config_map(std::string_view name, const FieldList& data);

}  // namespace headgate::test_support
