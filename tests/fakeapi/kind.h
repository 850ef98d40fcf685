// The kinds of object that the double serves, one row each.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace headgate::fakeapi {

struct Kind {
  std::string_view group;  // empty: the core group
  std::string_view version;
  std::string_view kind;
  std::string_view plural;  // the resource's name in URLs
  std::string_view singular;
  std::string_view short_name;
  bool namespaced;
  bool has_status;      // a status subresource
  bool has_generation;  // metadata.generation, which counts changes outside metadata and status

  [[nodiscard]] std::string api_version() const;       // "v1", "networking.k8s.io/v1"
  [[nodiscard]] std::string qualified_plural() const;  // "secrets", "ingresses.networking.k8s.io"
  [[nodiscard]] std::string qualified_kind() const;    // "Secret", "Ingress.networking.k8s.io"
};

std::span<const Kind> all_kinds();
// Null where there is none.
const Kind* find_resource(std::string_view group, std::string_view version, std::string_view plural);
const Kind* find_kind(std::string_view api_version, std::string_view kind);
// By the resource's name. Throws std::invalid_argument.
const Kind& resource_named(std::string_view plural);

}  // namespace headgate::fakeapi
