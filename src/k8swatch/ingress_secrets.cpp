#include "k8swatch/ingress_secrets.h"

#include "k8swatch/name_key.h"

namespace headgate::k8swatch {

std::set<std::string> secrets_of(const Ingress& ingress) {
  std::set<std::string> keys;
  for (const IngressTls& tls : ingress.tls)
    if (!tls.secret_name.empty()) keys.insert(name_key(ingress.metadata.namespace_name, tls.secret_name));
  return keys;
}

}  // namespace headgate::k8swatch
