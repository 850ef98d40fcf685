#include "router/explain.h"

#include "router/dump.h"

namespace headgate::router {
namespace {

std::string why_host(const VirtualHost& chosen, std::string_view host) {
  std::string name = "host " + chosen.host() + ": ";
  if (chosen.host() == host) return name + "the exact name";
  if (chosen.host() == kDefaultHost)
    return name + "no host of the table is '" + std::string(host) + "' or a wildcard that covers it";
  return name + "the wildcard covers '" + std::string(host) + "' with one label, and no exact name does";
}

bool key_matches(const PathIndex::Key& key, std::string_view path) {
  return key.subtree ? path.starts_with(key.text) : key.text == path;
}

}  // namespace

std::string explain(const RoutingTable& table, std::string_view host, std::string_view path) {
  const Match match = table.match(host, path);
  std::string out = why_host(*match.host, host) + "\n";
  if (const std::string tls = tls_of(*match.host); !tls.empty()) out += "  " + tls + "\n";
  std::size_t candidates = 0;
  for (const PathIndex::Key& key : match.host->paths().keys()) {
    if (!key_matches(key, path)) continue;
    const bool first = candidates++ == 0;
    out += first ? "  chosen: " : "  passed over: ";
    out += to_string(match.host->routes()[key.route]);
    out += key.subtree ? " [" + key.text + "…]" : " [exactly " + key.text + "]";
    if (first) out += key.subtree ? ": the longest prefix" : ": an exact match beats every prefix";
    out += "\n";
  }
  if (candidates == 0) out += "  no path of this host matches '" + std::string(path) + "'\n";
  if (match.route == &table.default_route()) {
    out += "answered by the default backend: ";
    out += match.route->cluster != nullptr ? match.route->cluster->name : std::string("built-in 404");
    if (match.redirects->https_only) out += " (over HTTPS only)";
    out += "\n";
  } else {
    out += "answered by: " + to_string(*match.route) + "\n";
    if (match.host->passthrough() != nullptr && match.route->cluster == match.host->passthrough())
      out += "  its pods expect TLS, so plain HTTP is " +
             std::string(match.redirects->https_only ? "redirected" : "answered with 421") + "\n";
  }
  return out;
}

}  // namespace headgate::router
