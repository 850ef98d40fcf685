#include "router/dump.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/json_string.h"
#include "router/backend_choice.h"

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
    case RouteAction::redirect:
      return "redirect";
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
  if (settings.limit_rate != 0) {
    add("limit-rate", std::to_string(settings.limit_rate));
    if (settings.limit_rate_after != 0) add("limit-rate-after", std::to_string(settings.limit_rate_after));
  }
  if (!settings.access_log) text += " no-access-log";
  if (settings.http10) text += " http-1.0";
  if (settings.buffers_answers) {
    text += " buffers-answers";
    if (settings.answer_buffers != standard.answer_buffers)
      add("answer-buffers", std::to_string(settings.answer_buffers));
    if (settings.answer_buffer != standard.answer_buffer)
      add("answer-buffer", std::to_string(settings.answer_buffer));
    if (settings.answer_file != standard.answer_file)
      add("answer-file", settings.answer_file == 0 ? "none" : std::to_string(settings.answer_file));
  }
  if (settings.buffers_requests)
    text += " buffers-requests" +
            (settings.body_buffer != standard.body_buffer ? "=" + std::to_string(settings.body_buffer) : "");
  return text;
}

std::string_view to_string(UpstreamProtocol protocol) {
  switch (protocol) {
    case UpstreamProtocol::http1:
      return "http";
    case UpstreamProtocol::h2c:
      return "h2c";
    case UpstreamProtocol::https:
      return "https";
    case UpstreamProtocol::h2:
      return "h2";
    case UpstreamProtocol::as_client:
      return "as-client";
  }
  return "?";
}

std::string upstream_of(const Route& route) {
  std::string text;
  if (route.protocol) text.append(" protocol=").append(to_string(*route.protocol));
  if (route.upstream_tls == nullptr) return text;
  const tls::ClientSettings& tls = route.upstream_tls->settings();
  text += " tls";
  if (tls.identity != nullptr) text += " with-certificate";
  if (tls.verify) text += " verify depth=" + std::to_string(tls.depth);
  if (!tls.name.empty()) text += " name=" + tls.name;
  if (tls.send_name) text += " sni";
  if (!tls.tls12) text += " tls1.3-only";
  if (!tls.tls13) text += " tls1.2-only";
  if (!tls.ciphers.empty()) text += " ciphers=" + tls.ciphers;
  return text;
}

// After "path -> ".
std::string what_becomes_of(const Route& route) {
  std::string text = target_of(route);
  if (!route.ingress.empty())
    text.append(" (Ingress ").append(route.namespace_name).append("/").append(route.ingress).append(")");
  if (route.denied) text += " denied: 503";
  text += upstream_of(route);
  text += redirects_of(route.redirects) + settings_of(route.settings);
  if (route.policy.chain != nullptr) route.policy.chain->describe(text);
  if (route.backends.choice != nullptr) text += to_string(*route.backends.choice);
  return text;
}

void dump_host(const VirtualHost& host, std::string& out) {
  out.append("host ").append(host.host()).append("\n");
  if (host.server_name() != host.host() && host.routes().front().action != RouteAction::redirect) {
    out.append("  alias of ").append(host.server_name()).append("\n");
    return;
  }
  if (const std::string tls = tls_of(host); !tls.empty()) out.append("  ").append(tls).append("\n");
  if (host.app_root() != nullptr)
    out.append("  / -> redirect=302:").append(host.app_root()->path.text()).append("\n");
  const auto dump_expressions = [&](const RegexIndex& expressions) {
    for (const RegexIndex::Entry& entry : expressions.entries())
      out.append("  ").append(to_string(entry, host.routes()[entry.route])).append("\n");
  };
  if (host.expressions() != nullptr) {
    out += "  paths are regular expressions, in this order\n";
    dump_expressions(*host.expressions());
  }
  for (std::size_t i = 0; i < host.literal_routes(); ++i)
    out.append("  ").append(to_string(host.routes()[i])).append("\n");
  if (host.guests() != nullptr) {
    for (const GuestPaths::Guest& guest : host.guests()->guests()) {
      out.append("  paths of guest ").append(guest.namespace_name).append(" are regular expressions\n");
      dump_expressions(guest.expressions);
    }
  }
  if (host.unclaimed_redirects() != RedirectRules())
    out.append("  other paths ->").append(redirects_of(host.unclaimed_redirects())).append("\n");
}

std::string describe(const observe::LogFormat& format) {
  const char* const escape = format.escape() == observe::LogEscape::json   ? " escaped for JSON"
                             : format.escape() == observe::LogEscape::none ? " not escaped"
                                                                           : "";
  return json_string(format.text()) + escape;
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
  if (site.compression.enabled()) {
    out += "compression:";
    site.compression.describe(out);
    out += "\n";
  }
  if (site.changes_answers()) {
    out += "all answers:";
    if (!site.add_fields.empty()) site.add_fields.describe(out);
    for (const std::string& name : site.hidden_fields) out += " hide=" + name;
    if (site.pass_server) out += " pass-server";
    if (site.name_server) out += " name-server";
    out += "\n";
  }
  if (!site.generate_request_id) out += "no request id is made\n";
  if (site.pass_unusual) out += "fields with unusual names reach the pods\n";
  if (site.pass_underscores) out += "fields with underscores reach the pods\n";
  if (!site.access_log) out += "no access log\n";
  if (site.log_auth_requests) out += "requests to auth services are logged\n";
  if (site.log_default_backend) out += "requests for hosts of no Ingress are in the access log\n";
  if (const observe::LogFormat* const format = site.log_format.format.get())
    out += "access log: " + describe(*format) + "\n";
  if (site.tracing != standard.tracing) {
    out += "tracing:";
    site.tracing.describe(out);
    out += "\n";
  }
  for (const std::string& url : site.unlogged_urls) out += "not in the access log: " + url + "\n";
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

std::string to_string(const RegexIndex::Entry& entry, const Route& route) {
  const policy::Pattern* const pattern = entry.pattern.pattern.get();
  std::string text = "regex ^" + entry.text;
  if (pattern != nullptr && pattern->is_limited()) text += " (bounded steps)";
  return text.append(" -> ").append(what_becomes_of(route));
}

std::string to_string(const Route& route) {
  return std::string(to_string(route.path_type)) + " " + route.path + " -> " + what_becomes_of(route);
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
  if (fallback.policy.chain != nullptr) fallback.policy.chain->describe(out);
  out += "\n" + dump_site(table.site());
  if (!table.default_host().routes().empty()) dump_host(table.default_host(), out);
  for (const VirtualHost* host : hosts) dump_host(*host, out);
  if (table.patterns() != nullptr)
    for (const HostPatterns::Entry& entry : table.patterns()->entries())
      out.append("host ~")
          .append(entry.pattern.pattern->text())
          .append("\n  alias of ")
          .append(entry.host->server_name())
          .append("\n");
  return out;
}

}  // namespace headgate::router
