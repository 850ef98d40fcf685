// How maps of the control plane name objects of one kind: "namespace/name".
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

inline std::string name_key(std::string_view namespace_name, std::string_view name) {
  std::string key;
  key.reserve(namespace_name.size() + 1 + name.size());
  return key.append(namespace_name).append("/").append(name);
}
inline std::string name_key(const Metadata& metadata) {
  return name_key(metadata.namespace_name, metadata.name);
}

// Tenants choose the names, so the hash is seeded.
struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash_of(text, hash_seed()); }
};

template <typename Value>
using NameMap = std::unordered_map<std::string, Value, NameHash, std::equal_to<>>;

}  // namespace headgate::k8swatch
