// From JSON to objects: one function per kind, for manifests and for the Kubernetes API alike. Field names,
// types and defaults are those of the API reference; unknown fields are ignored (they are future API).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/decode_options.h"
#include "k8swatch/json_reader.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Each reads the object `value` into `out` (expected empty). False: the object is unusable, reader.error()
// says why. A namespaced object without metadata.namespace gets "default".
bool decode_ingress(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Ingress& out);
bool decode_ingress_class(JsonReader& reader, JsonValue& value, const DecodeOptions& options,
                          IngressClass& out);
bool decode_service(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Service& out);
bool decode_endpoint_slice(JsonReader& reader, JsonValue& value, const DecodeOptions& options,
                           EndpointSlice& out);
bool decode_secret(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Secret& out);
bool decode_config_map(JsonReader& reader, JsonValue& value, const DecodeOptions& options, ConfigMap& out);
bool decode_namespace(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Namespace& out);

// Reads the status of an Ingress or a Service: status.loadBalancer.ingress.
bool decode_load_balancer_status(JsonReader& reader, JsonValue& status,
                                 std::vector<LoadBalancerAddress>& out);

// What a document says it is.
struct TypeMeta {
  std::string api_version;
  std::string kind;
};

// Reads apiVersion and kind from the text the reader has open. False: they are missing or no strings.
bool decode_type(JsonReader& reader, TypeMeta& out);

enum class TypeSupport {
  supported,    // a kind Headgate reads, in the version it reads
  old_version,  // the same kind in a version it does not read
  foreign,      // some other kind; none of Headgate's business
};
TypeSupport support_of(const TypeMeta& type, Kind& kind);
// "networking.k8s.io/v1" for Ingress.
std::string_view api_version_of(Kind kind);

// Reads the object of kind `kind` from the text the reader has open.
std::optional<Object> decode_object(JsonReader& reader, Kind kind, const DecodeOptions& options);

// Who a document is about, read as leniently as possible, for a document that could not be decoded.
std::optional<ObjectKey> decode_identity(JsonReader& reader, Kind kind);

// Seconds since 1970 of an RFC 3339 time ("2024-05-01T12:00:00Z").
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace headgate::k8swatch
