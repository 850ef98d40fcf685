// Cuts the text of a manifest file into its documents without parsing them, so that a document that did not
// change need not be parsed again and a broken one does not harm its neighbours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::k8swatch {

// One document: a YAML document, a JSON document, or one item of a JSON list.
struct ManifestDocument {
  std::string_view text;   // views the file's text; for JSON, padding for a JsonReader follows
  std::uint32_t line = 1;  // of the first byte of text
  bool is_json = false;
  std::string error;             // not empty: the text could not be cut further; what is wrong with it
  std::uint32_t error_line = 0;  // where
};

enum class ManifestFormat {
  json,
  yaml,  // a document that starts with '{' and is JSON is read as JSON
};
// By the file's name: ".json" is JSON, everything else YAML.
ManifestFormat format_of(std::string_view file_name);

// YAML documents are separated by lines that start with "---" or "...". `text` must be followed by padding
// for a JsonReader and outlive the result.
std::vector<ManifestDocument> split_documents(std::string_view text, ManifestFormat format);

}  // namespace headgate::k8swatch
