#include "k8swatch/topology.h"

#include <algorithm>

namespace headgate::k8swatch {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool usable(const std::vector<const SliceEndpoint*>& ready, std::vector<std::string> SliceEndpoint::*hints,
            const std::string& name) {
  if (name.empty()) return false;
  const auto has_hints = [&](const SliceEndpoint* each) { return !(each->*hints).empty(); };
  const auto is_for_us = [&](const SliceEndpoint* each) { return holds(each->*hints, name); };
  return std::all_of(ready.begin(), ready.end(), has_hints) &&
         std::any_of(ready.begin(), ready.end(), is_for_us);
}

}  // namespace

Nearness nearness_wanted(const std::vector<const SliceEndpoint*>& ready, const Location& here) {
  if (usable(ready, &SliceEndpoint::for_nodes, here.node)) return Nearness::same_node;
  if (usable(ready, &SliceEndpoint::for_zones, here.zone)) return Nearness::same_zone;
  return Nearness::anywhere;
}

bool is_near(const SliceEndpoint& endpoint, Nearness wanted, const Location& here) {
  switch (wanted) {
    case Nearness::anywhere:
      return true;
    case Nearness::same_zone:
      return holds(endpoint.for_zones, here.zone);
    case Nearness::same_node:
      return holds(endpoint.for_nodes, here.node);
  }
  return true;
}

}  // namespace headgate::k8swatch
