#include "k8swatch/ingress_secrets.h"

#include "k8swatch/annotations/values.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {

namespace {

// Whatever its prefix: the decoder keeps only annotations with one of ours.
void add_named(const Ingress& ingress, std::string_view annotation, std::set<std::string>& keys) {
  for (const auto& [name, value] : ingress.metadata.annotations)
    if (name.ends_with(annotation) && split_name_key(trimmed(value))) keys.emplace(trimmed(value));
}

}  // namespace

std::set<std::string> secrets_of(const Ingress& ingress) {
  std::set<std::string> keys;
  for (const IngressTls& tls : ingress.tls)
    if (!tls.secret_name.empty()) keys.insert(name_key(ingress.metadata.namespace_name, tls.secret_name));
  add_named(ingress, "/auth-tls-secret", keys);
  for (const auto& [name, value] : ingress.metadata.annotations) {
    if (!name.ends_with("/auth-secret")) continue;
    const std::string_view secret = trimmed(value);
    if (split_name_key(secret))
      keys.emplace(secret);
    else if (!secret.empty() && secret.find('/') == std::string_view::npos)
      keys.insert(name_key(ingress.metadata.namespace_name, secret));
  }
  keys.merge(policy_secrets_of(ingress));
  return keys;
}

std::set<std::string> policy_secrets_of(const Ingress& ingress) {
  std::set<std::string> keys;
  add_named(ingress, "/proxy-ssl-secret", keys);
  return keys;
}

}  // namespace headgate::k8swatch
