#include "tools/manifest_generator.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace headgate::tools {
namespace {

using Format = ManifestSet::Format;
using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

constexpr std::string_view kIngressYaml = R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: NAME
  namespace: default
  labels:
    app.kubernetes.io/name: NAME
    app.kubernetes.io/managed-by: generator
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: "8m"
spec:
  ingressClassName: headgate
  rules:
  - host: NAME.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: NAME
            port:
              name: http
      - path: /api
        pathType: Prefix
        backend:
          service:
            name: NAME
            port:
              number: 80
)";

constexpr std::string_view kServiceYaml = R"(apiVersion: v1
kind: Service
metadata:
  name: NAME
  namespace: default
  labels:
    app.kubernetes.io/name: NAME
spec:
  type: ClusterIP
  ipFamilies:
  - IPv4
  selector:
    app.kubernetes.io/name: NAME
  ports:
  - name: http
    port: 80
    protocol: TCP
    targetPort: PORT
)";

constexpr std::string_view kSliceYaml = R"(apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: NAME-slice
  namespace: default
  labels:
    kubernetes.io/service-name: NAME
    endpointslice.kubernetes.io/managed-by: generator
addressType: IPv4
endpoints:
)";
constexpr std::string_view kEndpointYaml = R"(- addresses:
  - ADDRESS
  conditions:
    ready: true
    serving: true
    terminating: false
  nodeName: node-LAST
  targetRef:
    kind: Pod
    name: NAME-LAST
    namespace: default
    uid: 00000000-0000-4000-8000-INDEX-LAST
)";
constexpr std::string_view kSlicePortsYaml = R"(ports:
- name: http
  port: PORT
  protocol: TCP
)";

constexpr std::string_view kIngressJson =
    R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"NAME","namespace":"default",)"
    R"("labels":{"app.kubernetes.io/name":"NAME","app.kubernetes.io/managed-by":"generator"},)"
    R"("annotations":{"nginx.ingress.kubernetes.io/proxy-body-size":"8m"}},)"
    R"("spec":{"ingressClassName":"headgate","rules":[{"host":"NAME.example.com","http":{"paths":[)"
    R"({"path":"/","pathType":"Prefix","backend":{"service":{"name":"NAME","port":{"name":"http"}}}},)"
    R"({"path":"/api","pathType":"Prefix","backend":{"service":{"name":"NAME","port":{"number":80}}}}]}}]}})";
constexpr std::string_view kServiceJson =
    R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"NAME","namespace":"default",)"
    R"("labels":{"app.kubernetes.io/name":"NAME"}},"spec":{"type":"ClusterIP","ipFamilies":["IPv4"],)"
    R"("selector":{"app.kubernetes.io/name":"NAME"},)"
    R"("ports":[{"name":"http","port":80,"protocol":"TCP","targetPort":PORT}]}})";
constexpr std::string_view kSliceJson =
    R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"NAME-slice",)"
    R"("namespace":"default","labels":{"kubernetes.io/service-name":"NAME",)"
    R"("endpointslice.kubernetes.io/managed-by":"generator"}},"addressType":"IPv4","endpoints":[)";
constexpr std::string_view kEndpointJson =
    R"({"addresses":["ADDRESS"],"conditions":{"ready":true,"serving":true,"terminating":false},)"
    R"("nodeName":"node-LAST","targetRef":{"kind":"Pod","name":"NAME-LAST","namespace":"default",)"
    R"("uid":"00000000-0000-4000-8000-INDEX-LAST"}})";
constexpr std::string_view kSlicePortsJson = R"(],"ports":[{"name":"http","port":PORT,"protocol":"TCP"}]})";

// Replaces each placeholder in the text.
std::string fill(std::string_view text, Values values) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    bool replaced = false;
    for (const auto& [placeholder, value] : values) {
      if (text.substr(i, placeholder.size()) != placeholder) continue;
      out += value;
      i += placeholder.size();
      replaced = true;
      break;
    }
    if (!replaced) out += text[i++];
  }
  return out;
}

std::ofstream open(const std::filesystem::path& path) {
  std::ofstream file;
  file.exceptions(std::ios::badbit | std::ios::failbit);
  file.open(path, std::ios::binary | std::ios::trunc);
  return file;
}

}  // namespace

std::string set_name(std::size_t index) {
  std::array<char, 32> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "i%04zu", index);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::string ingress_manifest(std::size_t index, Format format) {
  return fill(format == Format::yaml ? kIngressYaml : kIngressJson, {{"NAME", set_name(index)}});
}

std::string service_manifest(std::size_t index, Format format) {
  return fill(format == Format::yaml ? kServiceYaml : kServiceJson,
              {{"NAME", set_name(index)}, {"PORT", "8080"}});
}

std::string endpoint_slice_manifest(std::size_t index, Format format, std::uint16_t endpoint_port) {
  constexpr int kEndpoints = 3;
  const bool yaml = format == Format::yaml;
  const std::string name = set_name(index);
  std::string out = fill(yaml ? kSliceYaml : kSliceJson, {{"NAME", name}});
  for (int i = 1; i <= kEndpoints; ++i) {
    const std::string address = "127." + std::to_string(1 + index / 256 % 254) + '.' +
                                std::to_string(index % 256) + '.' + std::to_string(i);
    if (!yaml && i > 1) out += ',';
    const std::string last = std::to_string(i);
    const std::string number = std::to_string(index);
    out += fill(yaml ? kEndpointYaml : kEndpointJson,
                {{"NAME", name}, {"ADDRESS", address}, {"LAST", last}, {"INDEX", number}});
  }
  out += fill(yaml ? kSlicePortsYaml : kSlicePortsJson, {{"PORT", std::to_string(endpoint_port)}});
  return out;
}

void write_manifests(const std::filesystem::path& folder, const ManifestSet& set) {
  std::filesystem::create_directories(folder);
  const bool yaml = set.format == Format::yaml;
  const std::string ending = yaml ? ".yaml" : ".json";
  std::ofstream single;
  if (set.layout == ManifestSet::Layout::single) {
    single = open(folder / ("all" + ending));
    if (!yaml) single << "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n";
  }
  for (std::size_t i = 0; i < set.ingresses; ++i) {
    const std::pair<std::string_view, std::string> objects[] = {
        {"-ingress", ingress_manifest(i, set.format)},
        {"-service", service_manifest(i, set.format)},
        {"-slice", endpoint_slice_manifest(i, set.format, set.endpoint_port)}};
    bool first = i == 0;
    for (const auto& [suffix, text] : objects) {
      if (set.layout == ManifestSet::Layout::files) {
        open(folder / (set_name(i) + std::string(suffix) + ending)) << text;
      } else if (yaml) {
        single << "---\n" << text;
      } else {
        single << (std::exchange(first, false) ? "" : ",\n") << text;
      }
    }
  }
  if (set.layout == ManifestSet::Layout::single && !yaml) single << "\n]}\n";
}

}  // namespace headgate::tools
