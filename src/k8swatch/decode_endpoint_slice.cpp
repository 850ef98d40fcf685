#include "k8swatch/decode_metadata.h"

namespace headgate::k8swatch {
namespace {

// Only the list must be one: an address that is none costs its endpoint, when endpoints are translated, and
// not the whole slice.
bool decode_addresses(JsonReader& reader, JsonValue& value, std::string& first) {
  bool seen = false;
  return reader.array(value, [&](JsonValue& address) {
    std::string_view text;
    if (!reader.is_string(address))
      text = reader.raw(address);
    else if (!reader.view(address, text))
      return false;
    if (!seen) first.assign(text);  // further addresses have no meaning (EndpointSlice API reference)
    seen = true;
    return true;
  });
}

bool decode_conditions(JsonReader& reader, JsonValue& value, SliceEndpoint& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "ready") return reader.boolean(field, out.ready);
    if (key == "serving") return reader.boolean(field, out.serving);
    if (key == "terminating") return reader.boolean(field, out.terminating);
    return true;
  });
}

bool decode_hint_names(JsonReader& reader, JsonValue& value, std::vector<std::string>& names) {
  const bool read = reader.array(value, [&](JsonValue& hint) {
    return reader.object(hint, [&](std::string_view key, JsonValue& content) {
      return key != "name" || reader.string(content, names.emplace_back());
    });
  });
  names.shrink_to_fit();
  return read;
}

bool decode_hints(JsonReader& reader, JsonValue& value, SliceEndpoint& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "forZones") return decode_hint_names(reader, field, out.for_zones);
    if (key == "forNodes") return decode_hint_names(reader, field, out.for_nodes);
    return true;
  });
}

bool decode_endpoint(JsonReader& reader, JsonValue& value, SliceEndpoint& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "addresses") return decode_addresses(reader, field, out.address);
    if (key == "conditions") return decode_conditions(reader, field, out);
    if (key == "hints") return decode_hints(reader, field, out);
    if (key == "targetRef") {
      return reader.object(field, [&](std::string_view name, JsonValue& content) {
        return name != "uid" || reader.string(content, out.target_uid);
      });
    }
    return true;
  });
}

bool decode_slice_port(JsonReader& reader, JsonValue& value, SlicePort& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "name") return reader.string(field, out.name);
    if (key == "protocol") return decode_choice(reader, field, {"TCP", "UDP", "SCTP"}, out.protocol);
    if (key == "appProtocol") return reader.string(field, out.app_protocol);
    if (key == "port") {
      return reader.is_null(field) || decode_port_number(reader, field, out.port.emplace());
    }
    return true;
  });
}

}  // namespace

bool decode_endpoint_slice(JsonReader& reader, JsonValue& value, const DecodeOptions& options,
                           EndpointSlice& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "metadata") return decode_metadata(reader, field, options, out.metadata);
        if (key == "addressType") {
          return decode_choice(reader, field, {"IPv4", "IPv6", "FQDN"}, out.address_type);
        }
        if (key == "endpoints") {
          return reader.array(field, [&](JsonValue& endpoint) {
            return decode_endpoint(reader, endpoint, out.endpoints.emplace_back());
          });
        }
        if (key == "ports") {
          return reader.array(field, [&](JsonValue& port) {
            return decode_slice_port(reader, port, out.ports.emplace_back());
          });
        }
        return true;
      })) {
    return false;
  }
  if (out.address_type.empty()) return reader.fail_missing(value, "addressType", "is required");
  if (!check_metadata(reader, value, Scope::namespaced, NameRule::subdomain, out.metadata)) return false;
  if (!out.metadata.labels.empty()) out.service_name = std::move(out.metadata.labels.front().second);
  out.metadata.labels = {};  // service_name holds the only one
  out.endpoints.shrink_to_fit();
  out.ports.shrink_to_fit();
  return true;
}

}  // namespace headgate::k8swatch
