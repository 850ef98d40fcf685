#include "router/dump.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace headgate::router {
namespace {

std::string_view to_string(PathType type) {
  switch (type) {
    case PathType::exact:
      return "exact";
    case PathType::prefix:
    case PathType::implementation_specific:  // matched alike
      return "prefix";
  }
  return "?";
}

std::string target_of(const Route& route) {
  switch (route.action) {
    case RouteAction::forward:
      return "forward " + route.cluster->name;
    case RouteAction::add_trailing_slash:
      return "redirect to " + route.path + "/";
    case RouteAction::not_found:
      return "default backend";
  }
  return "?";
}

// Only what differs from the defaults.
std::string settings_of(const RouteSettings& settings) {
  const RouteSettings standard;
  std::string text;
  const auto add = [&text](std::string_view name, const std::string& value) {
    text.append(" ").append(name).append("=").append(value);
  };
  const auto add_time = [&](std::string_view name, std::chrono::milliseconds value,
                            std::chrono::milliseconds usual) {
    if (value != usual) add(name, std::to_string(value.count()) + "ms");
  };
  if (settings.max_body_bytes != standard.max_body_bytes)
    add("max-body", settings.max_body_bytes == 0 ? "unlimited" : std::to_string(settings.max_body_bytes));
  add_time("connect-timeout", settings.connect_timeout, standard.connect_timeout);
  add_time("send-timeout", settings.send_timeout, standard.send_timeout);
  add_time("read-timeout", settings.read_timeout, standard.read_timeout);
  if (settings.tries != standard.tries) add("tries", std::to_string(settings.tries));
  return text;
}

void dump_host(const VirtualHost& host, std::string& out) {
  out.append("host ").append(host.host()).append("\n");
  for (const Route& route : host.routes()) out.append("  ").append(to_string(route)).append("\n");
}

}  // namespace

std::string to_string(const Route& route) {
  std::string text(to_string(route.path_type));
  text.append(" ").append(route.path).append(" -> ").append(target_of(route));
  if (!route.ingress.empty())
    text.append(" (Ingress ").append(route.namespace_name).append("/").append(route.ingress).append(")");
  return text + settings_of(route.settings);
}

std::string dump(const RoutingTable& table) {
  std::vector<const VirtualHost*> hosts;
  hosts.reserve(table.hosts().size());
  table.hosts().for_each([&](const VirtualHost& host) { hosts.push_back(&host); });
  std::sort(hosts.begin(), hosts.end(),
            [](const VirtualHost* a, const VirtualHost* b) { return a->host() < b->host(); });
  const Route& fallback = table.default_route();
  std::string out = "default backend: ";
  out += fallback.action == RouteAction::forward ? fallback.cluster->name + settings_of(fallback.settings)
                                                 : "built-in 404";
  out += "\n";
  if (!table.default_host().routes().empty()) dump_host(table.default_host(), out);
  for (const VirtualHost* host : hosts) dump_host(*host, out);
  return out;
}

}  // namespace headgate::router
