// Writing test objects as YAML.
#include "support/manifests.h"

namespace headgate::test_support {
namespace {

std::string backend(std::string_view service, std::string_view port) {
  const bool is_number = !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
  return "{service: {name: " + std::string(service) + ", port: " + (is_number ? "{number: " : "{name: ") +
         std::string(port) + "}}}";
}

std::string head(std::string_view version, std::string_view kind, std::string_view name) {
  return "---\napiVersion: " + std::string(version) + "\nkind: " + std::string(kind) +
         "\nmetadata: {name: " + std::string(name) + ", namespace: default";
}

}  // namespace

std::string ingress(const IngressSpec& spec) {
  std::string text = head("networking.k8s.io/v1", "Ingress", spec.name);
  if (!spec.annotations.empty()) text += ", annotations: {";
  for (const auto& [key, value] : spec.annotations)
    text += (key.find('/') == std::string::npos ? "nginx.ingress.kubernetes.io/" : "") + key + ": \"" +
            value + "\", ";
  text += spec.annotations.empty() ? "}\nspec:\n" : "}}\nspec:\n";
  if (!spec.class_name.empty()) text += "  ingressClassName: " + spec.class_name + "\n";
  if (!spec.default_service.empty()) {
    text += "  defaultBackend: " + backend(spec.default_service, "80") + "\n";
  }
  if (!spec.tls.empty()) text += "  tls:\n";
  for (const TlsRule& rule : spec.tls) {
    text += "  - {hosts: [";
    for (const std::string& host : rule.hosts) text += "\"" + host + "\", ";
    text += rule.secret.empty() ? "]}\n" : "], secretName: " + rule.secret + "}\n";
  }
  if (!spec.rules.empty()) text += "  rules:\n";
  for (const HostRule& rule : spec.rules) {
    text += rule.host.empty() ? "  - http:\n" : "  - host: \"" + rule.host + "\"\n    http:\n";
    text += "      paths:\n";
    for (const PathRule& path : rule.paths) {
      text += "      - {path: \"" + path.path + "\", pathType: " + path.type +
              ", backend: " + backend(path.service, path.port) + "}\n";
    }
  }
  return text;
}

std::string ingress(std::string_view name, std::string_view host, std::string_view service,
                    std::string_view path, std::string_view port) {
  IngressSpec spec;
  spec.name = name;
  spec.rules = {
      {std::string(host), {{std::string(path), "Prefix", std::string(service), std::string(port)}}}};
  return ingress(spec);
}

std::string tls_ingress(std::string_view name, std::string_view host, std::string_view service_name,
                        std::string_view secret) {
  IngressSpec spec;
  spec.name = name;
  spec.rules = {{std::string(host), {{"/", "Prefix", std::string(service_name), "80"}}}};
  spec.tls = {{std::string(secret), {std::string(host)}}};
  return ingress(spec);
}

std::string ingress_class(std::string_view name, std::string_view controller) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " + std::string(name) +
         "}\nspec: {controller: " + std::string(controller) + "}\n";
}

std::string service(std::string_view name) {
  return head("v1", "Service", name) +
         "}\nspec:\n  ports:\n  - {name: http, port: 80, targetPort: 8080, protocol: TCP}\n";
}

std::string endpoint_slices(std::string_view service_name, const std::vector<PodAddress>& pods) {
  std::string text;
  for (std::size_t i = 0; i < pods.size(); ++i) {
    const std::string name = std::string(service_name) + "-" + std::to_string(i);
    text +=
        head("discovery.k8s.io/v1", "EndpointSlice", name) +
        ", labels: {kubernetes.io/service-name: " + std::string(service_name) +
        "}}\naddressType: IPv4\nports:\n- {name: http, protocol: TCP, port: " + std::to_string(pods[i].port) +
        "}\nendpoints:\n- {addresses: [\"" + pods[i].address + "\"], conditions: " + pods[i].conditions +
        "}\n";
  }
  return text;
}

std::string service_at(std::string_view name, const std::vector<PodAddress>& pods) {
  return service(name) + endpoint_slices(name, pods);
}

std::string service_of(std::string_view name, const std::vector<const EchoBackend*>& pods) {
  std::vector<PodAddress> addresses;
  for (const EchoBackend* pod : pods) addresses.push_back({pod->address(), pod->port()});
  return service_at(name, addresses);
}

std::string service_of(std::string_view name, const EchoBackend& pod) {
  return service_of(name, std::vector<const EchoBackend*>{&pod});
}

std::string config_map(std::string_view name, const FieldList& data) {
  std::string text = head("v1", "ConfigMap", name) + "}\ndata:\n";
  for (const auto& [key, value] : data) text += "  " + key + ": \"" + value + "\"\n";
  return text;
}

}  // namespace headgate::test_support
