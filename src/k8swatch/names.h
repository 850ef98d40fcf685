// The name grammars of Kubernetes (RFC 1123 as apimachinery's validation package reads it).
#pragma once

#include <optional>
#include <string_view>

namespace headgate::k8swatch {

// [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63 bytes: namespaces, Services.
bool is_dns1123_label(std::string_view text);

// Labels joined by dots, at most 253 bytes in all: most object names.
bool is_dns1123_subdomain(std::string_view text);

// IANA service name, at most 15 bytes: [a-z0-9-], at least one letter, no "--", no '-' at either end.
bool is_port_name(std::string_view text);

struct ObjectNameView {
  std::string_view namespace_name;
  std::string_view name;
};
// "namespace/name" in its two parts; nothing: it is not of that form. Whether the parts are names that the
// API server lets through is not looked at.
std::optional<ObjectNameView> split_name_key(std::string_view text);

}  // namespace headgate::k8swatch
