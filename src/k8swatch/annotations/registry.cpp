#include "k8swatch/annotations/registry.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "k8swatch/annotations/rows.h"

namespace headgate::k8swatch {
namespace {

using enum AnnotationGroup;
using enum AnnotationRisk;
using Scope = AnnotationScope;

// Not cors-allow-origin: what is said is the client's own Origin, and a default for it would be everybody.
constexpr std::array<std::string_view, 22> kInAnswers = {
    "app-root",
    "auth-realm",
    "auth-signin",
    "auth-signin-redirect-param",
    "auth-tls-error-page",
    "cors-allow-headers",
    "cors-allow-methods",
    "cors-expose-headers",
    "cors-max-age",
    "permanent-redirect",
    "proxy-cookie-domain",
    "proxy-cookie-path",
    "proxy-redirect-from",
    "proxy-redirect-to",
    "rewrite-target",
    "session-cookie-domain",
    "session-cookie-expires",
    "session-cookie-max-age",
    "session-cookie-name",
    "session-cookie-path",
    "session-cookie-samesite",
    "temporal-redirect",
};

struct Registry {
  std::vector<AnnotationRow> rows;
  std::map<std::string_view, const AnnotationRow*> by_name;  // aliases too
};

// In the order of docs/annotations.md.
Registry collect() {
  Registry registry;
  for (const auto rows : {redirect_rows(),       client_certificate_rows(),
                          passthrough_rows(),    ciphers_rows(),
                          backend_rows(),        routing_rows(),
                          redirection_rows(),    ip_filter_rows(),
                          authentication_rows(), limit_rows(),
                          cors_rows(),           external_auth_rows(),
                          error_pages_rows(),    mirror_rows(),
                          proxying_rows(),       balancing_rows(),
                          health_rows(),         canary_rows(),
                          headers_rows(),        tracing_rows(),
                          backend_tls_rows(),    refused_rows()})
    registry.rows.insert(registry.rows.end(), rows.begin(), rows.end());
  for (AnnotationRow& row : registry.rows) {
    if (std::find(kInAnswers.begin(), kInAnswers.end(), row.name) != kInAnswers.end())
      row.most_bytes = kMostBytesInAnswers;
    registry.by_name.emplace(row.name, &row);
    if (!row.alias.empty()) registry.by_name.emplace(row.alias, &row);
  }
  return registry;
}

const Registry& registry() {
  static const Registry kRegistry = collect();
  return kRegistry;
}

}  // namespace

std::span<const std::string_view> names_in_answers() { return kInAnswers; }

std::span<const AnnotationRow> annotation_table() { return registry().rows; }

const AnnotationRow* find_annotation(std::string_view name) {
  const auto& by_name = registry().by_name;
  const auto at = by_name.find(name);
  return at == by_name.end() ? nullptr : at->second;
}

std::string_view title_of(AnnotationGroup group) {
  switch (group) {
    case redirect:
      return "Redirects to HTTPS";
    case client_certificate:
      return "Client certificates";
    case passthrough:
      return "TLS passthrough";
    case ciphers:
      return "Ciphers";
    case backend:
      return "Backends";
    case access:
      return "Access by address";
    case routing:
      return "Routing and rewriting";
    case redirection:
      return "Redirects";
    case authentication:
      return "Authentication by password";
    case external_authentication:
      return "External authentication";
    case limits:
      return "Limits";
    case cors:
      return "CORS";
    case headers:
      return "Headers, errors and logs";
    case proxying:
      return "Time-outs, bodies, buffers and retries";
    case backend_tls:
      return "Protocol and TLS of backends";
    case balancing:
      return "Load balancing and session affinity";
    case health:
      return "Health of endpoints";
    case canary:
      return "Canary";
    case mirroring:
      return "Mirroring";
    case answers:
      return "Fields, bandwidth and logs";
    case tracing:
      return "Tracing";
    case refused:
      return "Not supported";
  }
  return "?";
}

std::string_view to_string(AnnotationScope scope) {
  switch (scope) {
    case Scope::path:
      return "path";
    case Scope::host:
      return "host";
    case Scope::service:
      return "Service";
  }
  return "?";
}

std::string_view to_string(AnnotationRisk risk) {
  switch (risk) {
    case low:
      return "Low";
    case medium:
      return "Medium";
    case high:
      return "High";
    case critical:
      return "Critical";
  }
  return "?";
}

}  // namespace headgate::k8swatch
