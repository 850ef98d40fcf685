#include "k8swatch/decode_metadata.h"

namespace headgate::k8swatch {
namespace {

bool decode_backend_port(JsonReader& reader, JsonValue& value, PortRef& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "number") return decode_port_number(reader, field, out.number);
        if (key == "name") return decode_port_name(reader, field, out.name);
        return true;
      })) {
    return false;
  }
  if (out.number != 0 && !out.name.empty()) {
    return reader.fail(value, "give the port either by number or by name, not both");
  }
  return true;
}

bool decode_backend(JsonReader& reader, JsonValue& value, IngressBackend& out) {
  bool has_service = false;
  bool has_resource = false;
  const bool read = reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "resource") {
      has_resource = !reader.is_null(field);
      return true;
    }
    // The fields of the v1beta1 API under an apiVersion of v1: a conversion that was forgotten half-way.
    if (key == "serviceName" || key == "servicePort") {
      return reader.fail(field, "belongs to the v1beta1 API; v1 writes service.name and service.port");
    }
    if (key != "service") return true;
    has_service = !reader.is_null(field);
    return reader.object(field, [&](std::string_view name, JsonValue& content) {
      if (name == "name") return decode_name(reader, content, NameRule::label, out.service);
      if (name == "port") return decode_backend_port(reader, content, out.port);
      return true;
    });
  });
  if (!read) return false;
  if (has_service && has_resource) return reader.fail(value, "names both a service and a resource");
  if (!has_service && !has_resource) return reader.fail(value, "names neither a service nor a resource");
  if (has_service && out.service.empty()) return reader.fail_missing(value, "service.name", "is required");
  if (has_service && out.port.number == 0 && out.port.name.empty()) {
    return reader.fail_missing(value, "service.port", "needs a number or a name");
  }
  return true;
}

bool decode_path(JsonReader& reader, JsonValue& value, IngressPath& out) {
  bool has_backend = false;
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "path") return reader.string(field, out.path);
        if (key == "pathType") {
          return decode_choice(reader, field, {"Exact", "Prefix", "ImplementationSpecific"}, out.path_type);
        }
        if (key == "backend") {
          has_backend = !reader.is_null(field);
          return !has_backend || decode_backend(reader, field, out.backend);
        }
        return true;
      })) {
    return false;
  }
  return has_backend || reader.fail_missing(value, "backend", "is required");
}

bool decode_rule(JsonReader& reader, JsonValue& value, IngressRule& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "host") return reader.string(field, out.host);
    if (key != "http") return true;
    out.has_http = !reader.is_null(field);
    const bool read = reader.object(field, [&](std::string_view name, JsonValue& content) {
      if (name != "paths") return true;
      return reader.array(
          content, [&](JsonValue& path) { return decode_path(reader, path, out.paths.emplace_back()); });
    });
    out.paths.shrink_to_fit();
    return read;
  });
}

bool decode_tls(JsonReader& reader, JsonValue& value, IngressTls& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "hosts") return decode_strings(reader, field, out.hosts);
    if (key == "secretName") return reader.string(field, out.secret_name);
    return true;
  });
}

bool decode_spec(JsonReader& reader, JsonValue& value, Ingress& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "rules") {
      return reader.array(
          field, [&](JsonValue& rule) { return decode_rule(reader, rule, out.rules.emplace_back()); });
    }
    if (key == "tls") {
      return reader.array(field,
                          [&](JsonValue& tls) { return decode_tls(reader, tls, out.tls.emplace_back()); });
    }
    if (key == "ingressClassName") {
      return reader.is_null(field) ||
             decode_name(reader, field, NameRule::subdomain, out.class_name.emplace());
    }
    if (key == "defaultBackend") {
      return reader.is_null(field) || decode_backend(reader, field, out.default_backend.emplace());
    }
    if (key == "backend") {
      return reader.fail(field, "belongs to the v1beta1 API; v1 writes defaultBackend");
    }
    return true;
  });
}

}  // namespace

bool decode_ingress(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Ingress& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "metadata") return decode_metadata(reader, field, options, out.metadata);
        if (key == "spec") return decode_spec(reader, field, out);
        if (key == "status") return decode_load_balancer_status(reader, field, out.addresses);
        return true;
      })) {
    return false;
  }
  out.rules.shrink_to_fit();
  out.tls.shrink_to_fit();
  out.addresses.shrink_to_fit();
  return check_metadata(reader, value, Scope::namespaced, NameRule::subdomain, out.metadata);
}

bool decode_ingress_class(JsonReader& reader, JsonValue& value, const DecodeOptions& options,
                          IngressClass& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "metadata") return decode_metadata(reader, field, options, out.metadata);
        if (key != "spec") return true;
        return reader.object(field, [&](std::string_view name, JsonValue& content) {
          return name != "controller" || reader.string(content, out.controller);
        });
      })) {
    return false;
  }
  if (!check_metadata(reader, value, Scope::cluster, NameRule::subdomain, out.metadata)) return false;
  for (const auto& [name, content] : out.metadata.annotations) {
    if (name == "ingressclass.kubernetes.io/is-default-class") out.is_default = content == "true";
  }
  return true;
}

}  // namespace headgate::k8swatch
