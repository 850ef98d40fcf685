#include "k8swatch/objects.h"

#include <array>

namespace headgate::k8swatch {

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, kKindCount> kNames = {
      "Ingress", "IngressClass", "Service", "EndpointSlice", "Secret", "ConfigMap", "Namespace"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string to_string(const ObjectKey& key) {
  std::string text(to_string(key.kind));
  text += ' ';
  if (!key.namespace_name.empty()) {
    text += key.namespace_name;
    text += '/';
  }
  text += key.name;
  return text;
}

Kind kind_of(const Object& object) {
  // The alternatives of Object stand in the order of Kind.
  return static_cast<Kind>(object.index());
}

const Metadata& metadata_of(const Object& object) {
  return std::visit([](const auto& pointer) -> const Metadata& { return pointer->metadata; }, object);
}

ObjectKey key_of(const Object& object) {
  const Metadata& metadata = metadata_of(object);
  return ObjectKey{kind_of(object), metadata.namespace_name, metadata.name};
}

bool same_content(const Object& a, const Object& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&b](const auto& left) {
        using Pointer = std::decay_t<decltype(left)>;
        return *left == *std::get<Pointer>(b);
      },
      a);
}

}  // namespace headgate::k8swatch
