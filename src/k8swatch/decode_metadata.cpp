#include "k8swatch/decode_metadata.h"

#include <limits>

#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kServiceNameLabel = "kubernetes.io/service-name";
constexpr std::string_view kDefaultClassAnnotation = "ingressclass.kubernetes.io/is-default-class";
constexpr std::size_t kShownName = 80;

bool is_kept(std::string_view annotation, const DecodeOptions& options) {
  if (annotation == kDefaultClassAnnotation) return true;
  for (const std::string& prefix : options.annotation_prefixes) {
    if (annotation.starts_with(prefix)) return true;
  }
  return false;
}

std::string shown(std::string_view text) { return '"' + std::string(text.substr(0, kShownName)) + '"'; }

bool is_name(std::string_view text, NameRule rule) {
  return rule == NameRule::label ? is_dns1123_label(text) : is_dns1123_subdomain(text);
}

std::string no_name(std::string_view text, NameRule rule) {
  return shown(text) + " is not a valid name: lower-case letters, digits and '-'" +
         (rule == NameRule::label ? ", at most 63" : " and '.', at most 253");
}

}  // namespace

bool decode_metadata(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Metadata& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "name") return reader.string(field, out.name);
    if (key == "namespace") return reader.string(field, out.namespace_name);
    if (key == "uid") return reader.string(field, out.uid);
    if (key == "resourceVersion") return reader.string(field, out.resource_version);
    if (key == "generation") {
      return reader.integer(field, 0, std::numeric_limits<std::int64_t>::max(), out.generation);
    }
    if (key == "creationTimestamp") {
      std::string_view text;
      if (!reader.view(field, text)) return false;
      if (text.empty()) return true;
      const auto time = parse_rfc3339(text);
      if (!time) return reader.fail(field, "expected an RFC 3339 time, found " + shown(text));
      out.creation_time = *time;
      return true;
    }
    if (key == "labels") {
      return reader.object(field, [&](std::string_view label, JsonValue& content) {
        std::string_view text;
        if (!reader.view(content, text)) return false;
        if (label == kServiceNameLabel) out.labels.emplace_back(label, text);
        return true;
      });
    }
    if (key == "annotations") {
      return reader.object(field, [&](std::string_view annotation, JsonValue& content) {
        std::string_view text;
        if (!reader.view(content, text)) return false;
        if (is_kept(annotation, options)) out.annotations.emplace_back(annotation, text);
        return true;
      });
    }
    return true;
  });
}

bool check_metadata(JsonReader& reader, JsonValue& object, Scope scope, NameRule rule, Metadata& metadata) {
  if (metadata.name.empty()) return reader.fail_missing(object, "metadata.name", "is required");
  if (!is_name(metadata.name, rule)) {
    return reader.fail_missing(object, "metadata.name", no_name(metadata.name, rule));
  }
  if (scope == Scope::cluster) {
    metadata.namespace_name.clear();
  } else if (metadata.namespace_name.empty()) {
    metadata.namespace_name = "default";
  } else if (!is_dns1123_label(metadata.namespace_name)) {
    return reader.fail_missing(
        object, "metadata.namespace",
        shown(metadata.namespace_name) +
            " is not a valid namespace: lower-case letters, digits and '-', at most 63");
  }
  metadata.labels.shrink_to_fit();
  metadata.annotations.shrink_to_fit();
  return true;
}

bool decode_port_number(JsonReader& reader, JsonValue& value, std::uint16_t& out) {
  std::int64_t number = out;
  if (!reader.integer(value, 1, std::numeric_limits<std::uint16_t>::max(), number)) return false;
  out = static_cast<std::uint16_t>(number);
  return true;
}

bool decode_port_name(JsonReader& reader, JsonValue& value, std::string& out) {
  if (!reader.string(value, out)) return false;
  if (!out.empty() && !is_port_name(out)) {
    return reader.fail(value,
                       shown(out) +
                           " is not a port name: at most 15 lower-case letters, digits and '-', with at "
                           "least one letter");
  }
  return true;
}

bool decode_int_or_string_port(JsonReader& reader, JsonValue& value, PortRef& out) {
  return reader.is_string(value) ? decode_port_name(reader, value, out.name)
                                 : decode_port_number(reader, value, out.number);
}

bool decode_strings(JsonReader& reader, JsonValue& value, std::vector<std::string>& out) {
  const bool good =
      reader.array(value, [&](JsonValue& element) { return reader.string(element, out.emplace_back()); });
  out.shrink_to_fit();
  return good;
}

bool decode_string_map(JsonReader& reader, JsonValue& value, StringPairs& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    std::string_view text;
    if (!reader.view(field, text)) return false;
    out.emplace_back(key, text);
    return true;
  });
}

bool decode_choice(JsonReader& reader, JsonValue& value, std::initializer_list<std::string_view> allowed,
                   std::string& out) {
  std::string_view text;
  if (!reader.view(value, text)) return false;
  if (text.empty()) return true;
  for (const std::string_view choice : allowed) {
    if (text == choice) {
      out.assign(text);
      return true;
    }
  }
  std::string reason = "expected";
  std::string_view separator = " ";
  for (const std::string_view choice : allowed) {
    reason += separator;
    reason += choice;
    separator = " or ";
  }
  return reader.fail(value, reason + ", found " + shown(text));
}

bool decode_name(JsonReader& reader, JsonValue& value, NameRule rule, std::string& out) {
  if (!reader.string(value, out)) return false;
  return out.empty() || is_name(out, rule) || reader.fail(value, no_name(out, rule));
}

}  // namespace headgate::k8swatch
