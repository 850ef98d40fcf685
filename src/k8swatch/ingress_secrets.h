// Which Secrets an Ingress names: a change of one of them concerns the Ingress.
#pragma once

#include <set>
#include <string>

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Their name_keys: spec.tls[].secretName, in the namespace of the Ingress, auth-tls-secret and auth-secret.
std::set<std::string> secrets_of(const Ingress& ingress);

}  // namespace headgate::k8swatch
