// From the text of manifests to objects and Findings, for the folder source, `headgate translate` and tests.
#pragma once

#include <string_view>
#include <vector>

#include "k8swatch/document_splitter.h"
#include "k8swatch/finding.h"
#include "k8swatch/object_decoder.h"
#include "k8swatch/yaml_converter.h"

namespace headgate::k8swatch {

// What one document delivered.
struct DocumentResult {
  std::vector<Object> objects;
  std::vector<Finding> findings;
  // Objects that the document is about but that could not be decoded.
  std::vector<ObjectKey> broken;
  // Part of the document could not be read so far as to say which object it is about.
  bool has_unknown_broken = false;
};

// Decodes documents one by one. Holds scratch memory that is reused; one thread.
class ManifestDecoder {
 public:
  explicit ManifestDecoder(const DecodeOptions& options) : options_(options) {}

  // `origin` is the name of the file, for Findings.
  DocumentResult decode(const ManifestDocument& document, std::string_view origin);

 private:
  struct Place {
    std::string_view origin;
    const ManifestDocument& document;
    std::size_t base = 0;  // offset of the text being read in the converted document
  };

  void decode_text(std::string_view json, const Place& place, bool may_be_list, DocumentResult& out);
  void decode_list(std::string_view json, const Place& place, DocumentResult& out);
  void report(const Place& place, std::optional<ObjectKey> key, JsonError error, DocumentResult& out);
  [[nodiscard]] std::string location(const Place& place, std::size_t offset) const;

  const DecodeOptions& options_;
  JsonReader reader_;
  YamlConverter yaml_;
};

struct DecodedManifest {
  std::vector<Object> objects;  // in the order of the text; of objects defined twice the last
  std::vector<Finding> findings;
};

// All documents of one text. `origin` names it in Findings; its ending tells JSON from YAML.
DecodedManifest decode_manifest_text(std::string_view text, std::string_view origin,
                                     const DecodeOptions& options = {});

}  // namespace headgate::k8swatch
