#include <algorithm>

#include "base/base64.h"
#include "k8swatch/decode_metadata.h"
#include "k8swatch/name_key.h"
#include "k8swatch/named_config_maps.h"
#include "k8swatch/secret_content.h"

namespace headgate::k8swatch {
namespace {

// stringData replaces data of the same key, wherever it stands in the document.
void merge_string_data(StringPairs& data, StringPairs string_data) {
  for (auto& [key, content] : string_data) {
    if (!is_kept_secret_entry(key, content)) continue;
    const auto same =
        std::find_if(data.begin(), data.end(), [&k = key](const auto& pair) { return pair.first == k; });
    if (same != data.end()) {
      same->second = std::move(content);
    } else {
      data.emplace_back(std::move(key), std::move(content));
    }
  }
}

}  // namespace

bool decode_secret(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Secret& out) {
  reader.set_confidential(true);  // no message may quote what a Secret holds
  StringPairs string_data;
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "metadata") return decode_metadata(reader, field, options, out.metadata);
        if (key == "type") return reader.string(field, out.type);
        if (key == "stringData") return decode_string_map(reader, field, string_data);
        if (key != "data") return true;
        return reader.object(field, [&](std::string_view name, JsonValue& content) {
          std::string_view text;
          if (!reader.view(content, text)) return false;
          auto decoded = decode_base64(text);
          if (!decoded) return reader.fail(content, "is not base64: " + decoded.error().message);
          if (is_kept_secret_entry(name, *decoded)) out.data.emplace_back(name, std::move(*decoded));
          return true;
        });
      })) {
    return false;
  }
  merge_string_data(out.data, std::move(string_data));
  seal_certificate(out, *options.intermediates);
  out.data.shrink_to_fit();
  if (out.type.empty()) out.type = "Opaque";
  return check_metadata(reader, value, Scope::namespaced, NameRule::subdomain, out.metadata);
}

bool decode_config_map(JsonReader& reader, JsonValue& value, const DecodeOptions& options, ConfigMap& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        if (key == "metadata") return decode_metadata(reader, field, options, out.metadata);
        if (key == "data") return decode_string_map(reader, field, out.data);
        return true;
      })) {
    return false;
  }
  // First: it also gives the namespace that the name goes without.
  if (!check_metadata(reader, value, Scope::namespaced, NameRule::subdomain, out.metadata)) return false;
  if (name_key(out.metadata) != options.config_map) keep_field_lines(out.data);
  out.data.shrink_to_fit();
  return true;
}

bool decode_namespace(JsonReader& reader, JsonValue& value, const DecodeOptions& options, Namespace& out) {
  if (!reader.object(value, [&](std::string_view key, JsonValue& field) {
        return key != "metadata" || decode_metadata(reader, field, options, out.metadata);
      })) {
    return false;
  }
  return check_metadata(reader, value, Scope::cluster, NameRule::label, out.metadata);
}

}  // namespace headgate::k8swatch
