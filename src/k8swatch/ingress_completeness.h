// Whether all that an Ingress names is there. What was made together (Service, EndpointSlice, Secret,
// Ingress) reaches us on watches of their own, in any order: published half, the host would answer 503 for a
// moment.
#pragma once

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

class Store;

// Every Service exists and has a slice, or needs none, and every Secret exists.
bool is_complete(const Ingress& ingress, const Store& store);

}  // namespace headgate::k8swatch
