#include "k8swatch/object_decoder.h"

#include <array>

#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

struct KnownType {
  std::string_view kind;
  std::string_view api_version;
};

// In the order of Kind.
constexpr std::array<KnownType, kKindCount> kKnownTypes = {{{"Ingress", "networking.k8s.io/v1"},
                                                            {"IngressClass", "networking.k8s.io/v1"},
                                                            {"Service", "v1"},
                                                            {"EndpointSlice", "discovery.k8s.io/v1"},
                                                            {"Secret", "v1"},
                                                            {"ConfigMap", "v1"},
                                                            {"Namespace", "v1"}}};

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

template <typename T, typename Decode>
std::optional<Object> decode_as(JsonReader& reader, JsonValue& value, const DecodeOptions& options,
                                Decode decode) {
  auto object = std::make_shared<T>();
  if (!decode(reader, value, options, *object)) return std::nullopt;
  return Object(std::shared_ptr<const T>(std::move(object)));
}

}  // namespace

bool decode_type(JsonReader& reader, TypeMeta& out) {
  JsonValue value;
  if (!reader.root(value)) return false;
  // Stop as soon as both are known: they nearly always come first.
  bool complete = false;
  const bool read = reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "apiVersion" && !reader.string(field, out.api_version)) return false;
    if (key == "kind" && !reader.string(field, out.kind)) return false;
    complete = !out.api_version.empty() && !out.kind.empty();
    return !complete;
  });
  if (complete) return true;
  if (!read) return false;
  return reader.fail_missing(value, out.api_version.empty() ? "apiVersion" : "kind", "is required");
}

TypeSupport support_of(const TypeMeta& type, Kind& kind) {
  for (std::size_t i = 0; i < kKnownTypes.size(); ++i) {
    const KnownType& known = kKnownTypes[i];
    if (type.kind != known.kind) continue;
    kind = static_cast<Kind>(i);
    if (type.api_version == known.api_version) return TypeSupport::supported;
    const std::string_view group = group_of(type.api_version);
    const bool moved = kind == Kind::ingress && group == "extensions";
    return moved || group == group_of(known.api_version) ? TypeSupport::old_version : TypeSupport::foreign;
  }
  return TypeSupport::foreign;
}

std::string_view api_version_of(Kind kind) { return kKnownTypes[static_cast<std::size_t>(kind)].api_version; }

std::optional<Object> decode_object(JsonReader& reader, Kind kind, const DecodeOptions& options) {
  JsonValue value;
  if (!reader.root(value)) return std::nullopt;
  switch (kind) {
    case Kind::ingress:
      return decode_as<Ingress>(reader, value, options, decode_ingress);
    case Kind::ingress_class:
      return decode_as<IngressClass>(reader, value, options, decode_ingress_class);
    case Kind::service:
      return decode_as<Service>(reader, value, options, decode_service);
    case Kind::endpoint_slice:
      return decode_as<EndpointSlice>(reader, value, options, decode_endpoint_slice);
    case Kind::secret:
      return decode_as<Secret>(reader, value, options, decode_secret);
    case Kind::config_map:
      return decode_as<ConfigMap>(reader, value, options, decode_config_map);
    case Kind::namespace_:
      return decode_as<Namespace>(reader, value, options, decode_namespace);
  }
  return std::nullopt;
}

std::optional<ObjectKey> decode_identity(JsonReader& reader, Kind kind) {
  JsonValue value;
  if (!reader.root(value)) return std::nullopt;
  ObjectKey key{kind, "", ""};
  // What fails to read is left out: the document is known to be broken somewhere.
  static_cast<void>(reader.object(value, [&](std::string_view name, JsonValue& metadata) {
    if (name != "metadata") return true;
    return reader.object(metadata, [&](std::string_view field, JsonValue& content) {
      std::string& into = field == "name" ? key.name : key.namespace_name;
      if ((field == "name" || field == "namespace") && reader.is_string(content)) {
        return reader.string(content, into);
      }
      return true;
    });
  }));
  if (!is_dns1123_subdomain(key.name)) return std::nullopt;
  if (kind == Kind::ingress_class || kind == Kind::namespace_) {
    key.namespace_name.clear();
  } else if (key.namespace_name.empty()) {
    key.namespace_name = "default";
  } else if (!is_dns1123_label(key.namespace_name)) {
    return std::nullopt;
  }
  return key;
}

}  // namespace headgate::k8swatch
