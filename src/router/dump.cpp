#include "router/dump.h"

#include "router/backend_choice.h"

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

std::string redirects_of(const RedirectRules& redirects) {
  std::string text;
  if (redirects.https_only) text += " https-only";
  if (redirects.preserve_trailing_slash) text += " preserve-trailing-slash";
  if (redirects.with_port) text += " port-in-redirects";
  if (redirects.relative) text += " relative-redirects";
  return text;
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
  add_time("tries-timeout", settings.tries_timeout, standard.tries_timeout);
  if (settings.retry_on != standard.retry_on) add("retry-on", "[" + settings.retry_on.text() + "]");
  if (settings.retry_non_idempotent) text += " retry-non-idempotent";
  if (settings.max_response_head != standard.max_response_head)
    add("max-response-head", std::to_string(settings.max_response_head));
  return text;
}

void dump_host(const VirtualHost& host, std::string& out) {
  out.append("host ").append(host.host()).append("\n");
  if (const std::string tls = tls_of(host); !tls.empty()) out.append("  ").append(tls).append("\n");
  for (const Route& route : host.routes()) out.append("  ").append(to_string(route)).append("\n");
  if (host.unclaimed_redirects() != RedirectRules())
    out.append("  other paths ->").append(redirects_of(host.unclaimed_redirects())).append("\n");
}

std::string dump_site(const SiteSettings& site) {
  const SiteSettings standard;
  std::string out;
  if (site.https_redirect_code != standard.https_redirect_code)
    out += "redirect to HTTPS: " + std::to_string(site.https_redirect_code) + "\n";
  if (site.hsts_line.empty())
    out += "answers over HTTPS: no Strict-Transport-Security\n";
  else if (site.hsts_line != standard.hsts_line)
    out += "answers over HTTPS: " + site.hsts_line.substr(0, site.hsts_line.find('\r')) + "\n";
  site.block.describe(out);
  site.forwarding.describe(out);
  return out;
}

}  // namespace

std::string to_string(const ClientCertificateRule& rule) {
  using Demand = policy::ClientCertificateRule::Demand;
  std::string text = "client certificate ";
  if (rule.policy.broken) {
    text += "broken: 403";
  } else {
    switch (rule.policy.demand) {
      case Demand::nothing:
        text += "not asked for";
        break;
      case Demand::optional:
        text += "optional";
        break;
      case Demand::any_issuer:
        text += "optional, of any issuer";
        break;
      case Demand::required:
        text += "required";
        break;
    }
  }
  if (rule.auth != nullptr) text += " by Secret " + rule.secret + " depth=" + std::to_string(rule.depth);
  if (rule.policy.subject != nullptr) text += " subject=" + rule.policy.subject->text();
  if (!rule.policy.error_page.empty()) text += " error-page=" + rule.policy.error_page;
  if (rule.policy.pass_certificate) text += " passed-on";
  return text + " (Ingress " + rule.namespace_name + "/" + rule.ingress + ")";
}

std::string tls_of(const VirtualHost& host) {
  const ClientCertificateRule* const rule = host.client_certificate();
  if (host.passthrough() == nullptr) return rule == nullptr ? std::string() : to_string(*rule);
  std::string text = "TLS passes through to " + host.passthrough()->name + "; plain HTTP: ";
  if (rule == nullptr || !rule->policy.refuse({})) return text + "as follows";
  return text + "403 by auth-tls-* of Ingress " + rule->namespace_name + "/" + rule->ingress;
}

std::string to_string(const Route& route) {
  std::string text(to_string(route.path_type));
  text.append(" ").append(route.path).append(" -> ").append(target_of(route));
  if (!route.ingress.empty())
    text.append(" (Ingress ").append(route.namespace_name).append("/").append(route.ingress).append(")");
  if (route.denied) text += " denied: 503";
  text += redirects_of(route.redirects) + settings_of(route.settings);
  if (route.policy.chain != nullptr) route.policy.chain->describe(text);
  if (route.backends.choice != nullptr) text += to_string(*route.backends.choice);
  return text;
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
  out += "\n" + dump_site(table.site());
  if (!table.default_host().routes().empty()) dump_host(table.default_host(), out);
  for (const VirtualHost* host : hosts) dump_host(*host, out);
  return out;
}

}  // namespace headgate::router
