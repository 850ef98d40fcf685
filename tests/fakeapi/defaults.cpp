#include "fakeapi/defaults.h"

#include <string>

namespace headgate::fakeapi {
namespace {

void set_if_absent(Json& object, const char* name, Json value) {
  if (!object.contains(name) || object[name].is_null()) object[name] = std::move(value);
}

Json& object_at(Json& object, const char* name) {
  if (!object.contains(name) || !object[name].is_object()) object[name] = Json::object();
  return object[name];
}

void set_service_defaults(Json& service, std::uint32_t& next_cluster_ip) {
  Json& spec = object_at(service, "spec");
  if (spec.contains("ports") && spec["ports"].is_array()) {
    for (Json& port : spec["ports"]) {
      if (!port.is_object()) continue;
      set_if_absent(port, "protocol", "TCP");
      if (port.contains("port")) set_if_absent(port, "targetPort", port["port"]);
    }
  }
  set_if_absent(spec, "type", "ClusterIP");
  if (spec["type"] != "ExternalName" && string_member(spec, "clusterIP").empty()) {
    const std::uint32_t n = next_cluster_ip++;
    std::string address = "10.96." + std::to_string(n / 250 % 250) + "." + std::to_string(n % 250 + 1);
    spec["clusterIPs"] = Json::array({address});
    spec["clusterIP"] = std::move(address);
  }
  set_if_absent(spec, "sessionAffinity", "None");
  set_if_absent(object_at(service, "status"), "loadBalancer", Json::object());
}

}  // namespace

void set_defaults(const Kind& kind, Json& object, std::uint32_t& next_cluster_ip) {
  if (kind.plural == "services") {
    set_service_defaults(object, next_cluster_ip);
  } else if (kind.plural == "ingresses") {
    set_if_absent(object_at(object, "status"), "loadBalancer", Json::object());
  } else if (kind.plural == "secrets") {
    set_if_absent(object, "type", "Opaque");
  } else if (kind.plural == "namespaces") {
    const std::string name = string_member(object["metadata"], "name");
    if (!name.empty()) object_at(object["metadata"], "labels")["kubernetes.io/metadata.name"] = name;
    set_if_absent(object_at(object, "status"), "phase", "Active");
  } else if (kind.plural == "endpointslices" && object.contains("ports") && object["ports"].is_array()) {
    for (Json& port : object["ports"]) {
      if (!port.is_object()) continue;
      set_if_absent(port, "name", "");
      set_if_absent(port, "protocol", "TCP");
    }
  } else if (kind.plural == "events") {
    set_if_absent(object, "deprecatedSource", Json::object());
    for (const char* name : {"deprecatedFirstTimestamp", "deprecatedLastTimestamp"}) {
      if (!object.contains(name)) object[name] = nullptr;
    }
  }
}

void keep_allocated(const Kind& kind, Json& object, const Json& old) {
  if (kind.plural != "services") return;
  Json& spec = object_at(object, "spec");
  const Json& old_spec = object_member(old, "spec");
  if (string_member(spec, "type") == "ExternalName") return;
  for (const char* name : {"clusterIP", "clusterIPs"}) {
    if (!spec.contains(name) && old_spec.contains(name)) spec[name] = old_spec[name];
  }
}

}  // namespace headgate::fakeapi
