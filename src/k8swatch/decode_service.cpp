#include "k8swatch/decode_metadata.h"

namespace headgate::k8swatch {
namespace {

bool decode_service_port(JsonReader& reader, JsonValue& value, ServicePort& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "name") return decode_name(reader, field, NameRule::label, out.name);
        if (key == "port") return decode_port_number(reader, field, out.port);
        if (key == "targetPort") return decode_int_or_string_port(reader, field, out.target_port);
        if (key == "protocol") return decode_choice(reader, field, {"TCP", "UDP", "SCTP"}, out.protocol);
        if (key == "appProtocol") return reader.string(field, out.app_protocol);
        return true;
      })) {
    return false;
  }
  return out.port != 0 || reader.fail_missing(value, "port", "is required");
}

bool decode_spec(JsonReader& reader, JsonValue& value, Service& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "type") {
      return decode_choice(reader, field, {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"},
                           out.type);
    }
    if (key == "clusterIP") return reader.string(field, out.cluster_ip);
    if (key == "externalName") return reader.string(field, out.external_name);
    if (key == "ipFamilies") return decode_strings(reader, field, out.ip_families);
    if (key != "ports") return true;
    return reader.array(
        field, [&](JsonValue& port) { return decode_service_port(reader, port, out.ports.emplace_back()); });
  });
}

}  // namespace

bool decode_service(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Service& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "metadata") return decode_metadata(reader, field, options, out.metadata);
        if (key == "spec") return decode_spec(reader, field, out);
        return true;
      })) {
    return false;
  }
  out.ports.shrink_to_fit();
  if (out.type.empty()) out.type = "ClusterIP";
  return check_metadata(reader, value, Scope::namespaced, NameRule::label, out.metadata);
}

}  // namespace headgate::k8swatch
