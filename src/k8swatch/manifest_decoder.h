// From the text of manifests to objects and Findings, for the folder source, `headgate translate` and tests.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "k8swatch/decode_options.h"
#include "k8swatch/document_splitter.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

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
  explicit ManifestDecoder(const DecodeOptions& options);
  ~ManifestDecoder();
  ManifestDecoder(const ManifestDecoder&) = delete;
  ManifestDecoder& operator=(const ManifestDecoder&) = delete;

  // `origin` is the name of the file, for Findings.
  DocumentResult decode(const ManifestDocument& document, std::string_view origin);

 private:
  // The work on one document; hides the JSON and YAML libraries.
  class Work;
  struct Scratch;

  const DecodeOptions& options_;
  std::unique_ptr<Scratch> scratch_;
};

struct DecodedManifest {
  std::vector<Object> objects;  // in the order of the text; of objects defined twice the last
  std::vector<Finding> findings;
};

// All documents of one text. `origin` names it in Findings; its ending tells JSON from YAML.
DecodedManifest decode_manifest_text(std::string_view text, std::string_view origin,
                                     const DecodeOptions& options = {});

}  // namespace headgate::k8swatch
