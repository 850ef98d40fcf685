#include "router/explain.h"

#include "router/dump.h"

namespace headgate::router {
namespace {

std::string why_host(const RoutingTable& table, const VirtualHost& chosen, std::string_view host) {
  std::string name = "host " + chosen.server_name() + ": ";
  if (chosen.server_name() != chosen.host()) name += "by its alias " + chosen.host() + ", ";
  if (chosen.host() == host) return name + "the exact name";
  if (chosen.host() == kDefaultHost)
    return name + "no host of the table is '" + std::string(host) + "' or a wildcard that covers it";
  if (table.hosts().find(host) == nullptr)
    return name + "a regular expression of its server-alias matches '" + std::string(host) + "'";
  return name + "the wildcard covers '" + std::string(host) + "' with one label, and no exact name does";
}

// Which of these match by themselves, and whether one of them is it.
std::size_t explain_expressions(const VirtualHost& host, const RegexIndex& expressions, const Route* chosen,
                                std::string_view path, std::string_view why, std::string& out) {
  std::size_t candidates = 0;
  for (const RegexIndex::Entry& entry : expressions.entries()) {
    if (!RegexIndex::matches(entry, path)) continue;
    const Route& route = host.routes()[entry.route];
    const bool is_it = &route == chosen && candidates == 0;
    ++candidates;
    out += (is_it ? "  chosen: " : "  passed over: ") + to_string(entry, route);
    if (is_it) out.append(": ").append(why);
    out += "\n";
  }
  return candidates;
}

std::size_t explain_expressions(const VirtualHost& host, const Route* chosen, std::string_view path,
                                std::string& out) {
  std::size_t candidates = 0;
  if (host.expressions() != nullptr) {
    out += "  all its paths are regular expressions: case ignored, from the start, the longest text first\n";
    candidates += explain_expressions(host, *host.expressions(), chosen, path, "the first that matches", out);
  }
  if (host.guests() != nullptr) {
    for (const GuestPaths::Guest& guest : host.guests()->guests()) {
      out.append("  paths of guest ").append(guest.namespace_name);
      out += " are regular expressions: each counts as a path of the plain text that it begins with\n";
      candidates +=
          explain_expressions(host, guest.expressions, chosen, path,
                              "the first that matches, and nobody else claims more of the path", out);
    }
  }
  if (candidates != 0 && chosen == nullptr)
    out += "  none is chosen: comparing this path takes more steps than are allowed\n";
  return candidates;
}

bool key_matches(const PathIndex::Key& key, std::string_view path) {
  return key.subtree ? path.starts_with(key.text) : key.text == path;
}

}  // namespace

std::string explain(const RoutingTable& table, std::string_view host, std::string_view path) {
  const Match match = table.match(host, path);
  std::string out = why_host(table, *match.host, host) + "\n";
  if (const std::string tls = tls_of(*match.host); !tls.empty()) out += "  " + tls + "\n";
  if (match.host->app_root() != nullptr && path == "/")
    out += "  app-root: redirected to " + match.host->app_root()->path.text() + "\n";
  std::size_t candidates = 0;
  const Route* const found = match.host->find(path);
  if (match.host->expressions() != nullptr || match.host->guests() != nullptr)
    candidates = explain_expressions(*match.host, found, path, out);
  bool is_told = false;
  for (const PathIndex::Key& key : match.host->paths().keys()) {
    if (!key_matches(key, path)) continue;
    const bool first = found == &match.host->routes()[key.route] && !is_told;
    is_told = is_told || first;
    ++candidates;
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
