// Writes large sets of manifests for scale tests and benches. Set number i is the Ingress `i<i>` with the
// host i<i>.example.com (four digits at least) and the paths / and /api, its Service, and an EndpointSlice
// with three loopback endpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace headgate::tools {

struct ManifestSet {
  enum class Format { yaml, json };
  enum class Layout {
    files,   // one file for each object
    single,  // one file for all: YAML documents, or a JSON List
  };
  std::size_t ingresses = 10;
  Format format = Format::yaml;
  Layout layout = Layout::files;
  std::uint16_t endpoint_port = 8080;
};

// "i0007": the name of the Ingress, its Service and the first label of its host.
std::string set_name(std::size_t index);
// One object of set number `index`; YAML ends with a newline and has no "---" line.
std::string ingress_manifest(std::size_t index, ManifestSet::Format format);
std::string service_manifest(std::size_t index, ManifestSet::Format format);
std::string endpoint_slice_manifest(std::size_t index, ManifestSet::Format format,
                                    std::uint16_t endpoint_port = 8080);

// Writes into `folder`, which is created. Throws std::filesystem::filesystem_error or std::ios_base::failure.
void write_manifests(const std::filesystem::path& folder, const ManifestSet& set);

}  // namespace headgate::tools
