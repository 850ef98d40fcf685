// The settings of the ConfigMap about compressed answers.
#pragma once

#include "k8swatch/config_map_reader.h"
#include "policy/compression.h"

namespace headgate::k8swatch {

// Keys: use-gzip, gzip-level, gzip-min-length, gzip-types, gzip-disable, enable-brotli, brotli-level,
// brotli-min-length, brotli-types; and of our own enable-zstd, zstd-level, zstd-min-length, zstd-types. A bad
// value keeps the default and is told.
policy::Compression read_compression(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
