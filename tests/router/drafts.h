// Short ways to write hosts and routes in tests of the router.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "router/table_builder.h"

namespace headgate::router::testing {

inline std::shared_ptr<const Cluster> cluster(const std::string& name) {
  Cluster result;
  result.name = name;
  return std::make_shared<const Cluster>(std::move(result));
}

inline RouteDraft route(PathType type, const std::string& path, const std::string& cluster_name) {
  Route result;
  result.path_type = type;
  result.path = path;
  result.cluster = cluster(cluster_name);
  result.namespace_name = "default";
  result.ingress = "web";
  return {std::move(result), path};
}

inline RouteDraft prefix(const std::string& path, const std::string& cluster_name) {
  return route(PathType::prefix, path, cluster_name);
}

inline RouteDraft exact(const std::string& path, const std::string& cluster_name) {
  return route(PathType::exact, path, cluster_name);
}

inline std::shared_ptr<const VirtualHost> host(const std::string& name, std::vector<RouteDraft> routes) {
  return VirtualHost::make({name, std::move(routes)});
}

// "c1" for a forward to cluster c1, "redirect", or "404".
inline std::string answer(const Route* found) {
  if (found == nullptr) return "none";
  switch (found->action) {
    case RouteAction::forward:
      return found->cluster->name;
    case RouteAction::add_trailing_slash:
      return "redirect";
    case RouteAction::not_found:
      return "404";
    case RouteAction::redirect:
      return "redirected";
  }
  return "?";
}

}  // namespace headgate::router::testing
