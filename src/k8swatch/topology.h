// Which endpoints are near, by the hints of EndpointSlices: kube-proxy's rule (KEP-2433, KEP-4444), which
// looks at all endpoints of a Service port together, never slice by slice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// Where this Headgate runs; empty: not known.
struct Location {
  std::string node;  // the Node's name
  std::string zone;  // the Node's label topology.kubernetes.io/zone
  friend bool operator==(const Location&, const Location&) = default;
};

enum class Nearness : std::uint8_t { anywhere, same_zone, same_node };

// `ready`: the ready endpoints of one port of a Service, over all its slices. Hints are obeyed where every
// one of them has some of that kind and at least one is for `here`; those for the node come before those for
// the zone.
Nearness nearness_wanted(const std::vector<const SliceEndpoint*>& ready, const Location& here);

// Whether `endpoint` is one of those that `wanted` leaves.
bool is_near(const SliceEndpoint& endpoint, Nearness wanted, const Location& here);

}  // namespace headgate::k8swatch
