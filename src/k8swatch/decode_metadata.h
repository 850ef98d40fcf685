// The parts several kinds share. Internal to the object decoders.
#pragma once

#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {

enum class Scope { namespaced, cluster };
enum class NameRule { label, subdomain };

bool decode_metadata(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Metadata& out);
// Fills in the default namespace and refuses names that Kubernetes would refuse. `object` is the whole
// object.
bool check_metadata(JsonReader& reader, JsonValue& object, Scope scope, NameRule rule, Metadata& metadata);

// A port number, 1–65535.
bool decode_port_number(JsonReader& reader, JsonValue& value, std::uint16_t& out);
// IntOrString, as targetPort has it.
bool decode_int_or_string_port(JsonReader& reader, JsonValue& value, PortRef& out);
bool decode_port_name(JsonReader& reader, JsonValue& value, std::string& out);
bool decode_strings(JsonReader& reader, JsonValue& value, std::vector<std::string>& out);
// A map of strings, in document order; a later value of the same key replaces the earlier one.
bool decode_string_map(JsonReader& reader, JsonValue& value, StringPairs& out);
// One of `allowed`, or null.
bool decode_choice(JsonReader& reader, JsonValue& value, std::initializer_list<std::string_view> allowed,
                   std::string& out);
// The name of another object, as `rule` has it; or empty, or null.
bool decode_name(JsonReader& reader, JsonValue& value, NameRule rule, std::string& out);

}  // namespace headgate::k8swatch
