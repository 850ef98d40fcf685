// Which Secrets an Ingress names: a change of one of them concerns the Ingress.
#pragma once

#include <set>
#include <string>

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Their name_keys: spec.tls[].secretName, in the namespace of the Ingress, auth-tls-secret, auth-secret, and
// those of policy_secrets_of().
std::set<std::string> secrets_of(const Ingress& ingress);
// Those that its Routes are made of, so that a change of them makes its hosts anew: proxy-ssl-secret.
std::set<std::string> policy_secrets_of(const Ingress& ingress);

}  // namespace headgate::k8swatch
