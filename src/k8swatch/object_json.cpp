#include "k8swatch/object_json.h"

#include <cstring>
#include <ctime>

#include "base/base64.h"
#include "k8swatch/json_writer.h"
#include "k8swatch/load_balancer_address.h"
#include "k8swatch/object_decoder.h"
#include "k8swatch/secret_content.h"
#include "tls/certificate_pem.h"

namespace headgate::k8swatch {
namespace {

std::string rfc3339(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  char text[32];
  if (::gmtime_r(&time, &parts) == nullptr) return {};
  return {text, std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void write_pairs(JsonWriter& json, std::string_view key, const StringPairs& pairs) {
  if (pairs.empty()) return;
  json.begin_object(key);
  for (const auto& [name, value] : pairs) json.string(name, value);
  json.end_object();
}

void write_strings(JsonWriter& json, std::string_view key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  json.begin_list(key);
  for (const std::string& value : values) json.element(value);
  json.end_list();
}

void write_metadata(JsonWriter& json, const Metadata& metadata, const StringPairs& labels) {
  json.begin_object("metadata");
  json.string("name", metadata.name);
  json.text("namespace", metadata.namespace_name);
  json.text("uid", metadata.uid);
  json.text("resourceVersion", metadata.resource_version);
  if (metadata.generation != 0) json.number("generation", metadata.generation);
  if (metadata.creation_time != 0) json.string("creationTimestamp", rfc3339(metadata.creation_time));
  write_pairs(json, "labels", labels);
  write_pairs(json, "annotations", metadata.annotations);
  json.end_object();
}

void write_backend(JsonWriter& json, std::string_view key, const IngressBackend& backend) {
  json.begin_object(key);
  if (backend.service.empty()) {
    json.begin_object("resource");
    json.end_object();
  } else {
    json.begin_object("service");
    json.string("name", backend.service);
    json.begin_object("port");
    json.text("name", backend.port.name);
    if (backend.port.number != 0) json.number("number", backend.port.number);
    json.end_object();
    json.end_object();
  }
  json.end_object();
}

void write_rule(JsonWriter& json, const IngressRule& rule) {
  json.begin_object();
  json.text("host", rule.host);
  if (rule.has_http) {
    json.begin_object("http");
    json.begin_list("paths");
    for (const IngressPath& path : rule.paths) {
      json.begin_object();
      json.text("path", path.path);
      json.text("pathType", path.path_type);
      write_backend(json, "backend", path.backend);
      json.end_object();
    }
    json.end_list();
    json.end_object();
  }
  json.end_object();
}

void write_content(JsonWriter& json, const Ingress& ingress) {
  json.begin_object("spec");
  if (ingress.class_name) json.string("ingressClassName", *ingress.class_name);
  if (ingress.default_backend) write_backend(json, "defaultBackend", *ingress.default_backend);
  json.begin_list("rules");
  for (const IngressRule& rule : ingress.rules) write_rule(json, rule);
  json.end_list();
  json.begin_list("tls");
  for (const IngressTls& tls : ingress.tls) {
    json.begin_object();
    write_strings(json, "hosts", tls.hosts);
    json.text("secretName", tls.secret_name);
    json.end_object();
  }
  json.end_list();
  json.end_object();
  if (ingress.addresses.empty()) return;
  json.begin_object("status");
  json.begin_object("loadBalancer");
  json.json("ingress", json_of(ingress.addresses));
  json.end_object();
  json.end_object();
}

void write_content(JsonWriter& json, const IngressClass& ingress_class) {
  json.begin_object("spec");
  json.text("controller", ingress_class.controller);
  json.end_object();
}

void write_content(JsonWriter& json, const Service& service) {
  json.begin_object("spec");
  json.text("type", service.type);
  json.text("clusterIP", service.cluster_ip);
  json.text("externalName", service.external_name);
  write_strings(json, "ipFamilies", service.ip_families);
  json.begin_list("ports");
  for (const ServicePort& port : service.ports) {
    json.begin_object();
    json.text("name", port.name);
    json.number("port", port.port);
    json.text("targetPort", port.target_port.name);
    if (port.target_port.number != 0) json.number("targetPort", port.target_port.number);
    json.text("protocol", port.protocol);
    json.text("appProtocol", port.app_protocol);
    json.end_object();
  }
  json.end_list();
  json.end_object();
}

void write_hints(JsonWriter& json, std::string_view field, const std::vector<std::string>& names) {
  if (names.empty()) return;
  json.begin_list(field);
  for (const std::string& name : names) {
    json.begin_object();
    json.string("name", name);
    json.end_object();
  }
  json.end_list();
}

void write_endpoint(JsonWriter& json, const SliceEndpoint& endpoint) {
  json.begin_object();
  json.begin_list("addresses");
  json.element(endpoint.address);
  json.end_list();
  json.begin_object("conditions");
  if (endpoint.ready) json.boolean("ready", *endpoint.ready);
  if (endpoint.serving) json.boolean("serving", *endpoint.serving);
  if (endpoint.terminating) json.boolean("terminating", *endpoint.terminating);
  json.end_object();
  if (!endpoint.target_uid.empty()) {
    json.begin_object("targetRef");
    json.string("uid", endpoint.target_uid);
    json.end_object();
  }
  if (!endpoint.for_zones.empty() || !endpoint.for_nodes.empty()) {
    json.begin_object("hints");
    write_hints(json, "forZones", endpoint.for_zones);
    write_hints(json, "forNodes", endpoint.for_nodes);
    json.end_object();
  }
  json.end_object();
}

void write_content(JsonWriter& json, const EndpointSlice& slice) {
  json.text("addressType", slice.address_type);
  json.begin_list("endpoints");
  for (const SliceEndpoint& endpoint : slice.endpoints) write_endpoint(json, endpoint);
  json.end_list();
  json.begin_list("ports");
  for (const SlicePort& port : slice.ports) {
    json.begin_object();
    json.text("name", port.name);
    if (port.port) json.number("port", *port.port);
    json.text("protocol", port.protocol);
    json.text("appProtocol", port.app_protocol);
    json.end_object();
  }
  json.end_list();
}

void write_content(JsonWriter& json, const Secret& secret) {
  json.text("type", secret.type);
  json.begin_object("data");
  for (const auto& [name, value] : secret.data) json.string(name, encode_base64(value));
  if (secret.certificate != nullptr) {
    json.string(kCertificateKey, encode_base64(chain_pem(*secret.certificate)));
    std::string key = key_pem(*secret.certificate);
    std::string text = encode_base64(key);
    json.string(kPrivateKeyKey, text);
    explicit_bzero(key.data(), key.size());
    explicit_bzero(text.data(), text.size());
  }
  json.end_object();
}

void write_content(JsonWriter& json, const ConfigMap& config_map) {
  write_pairs(json, "data", config_map.data);
}

void write_content(JsonWriter&, const Namespace&) {}

// The one label that is kept is kept elsewhere in slices.
StringPairs labels_of(const EndpointSlice& slice) {
  if (slice.service_name.empty()) return {};
  return {{"kubernetes.io/service-name", slice.service_name}};
}
template <typename T>
const StringPairs& labels_of(const T& object) {
  return object.metadata.labels;
}

}  // namespace

void append_json(std::string& out, const Object& object) {
  const Kind kind = kind_of(object);
  JsonWriter json(out);
  json.begin_object();
  json.string("apiVersion", api_version_of(kind));
  json.string("kind", to_string(kind));
  std::visit(
      [&json](const auto& each) {
        write_metadata(json, each->metadata, labels_of(*each));
        write_content(json, *each);
      },
      object);
  json.end_object();
}

}  // namespace headgate::k8swatch
