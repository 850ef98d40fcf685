#include "k8swatch/annotations/refused.h"

#include <array>

#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

using enum AnnotationRisk;

// What follows from a row of this group that is used.
enum class Cost : std::uint8_t {
  ingress,     // it may have been what kept requests out, and nobody can tell: the Ingress is not taken
  protection,  // requests get through that it would have stopped
  feature,     // something is missing
  nothing,     // ingress-nginx does not do it either
};

Result<void> take(std::string_view) { return {}; }

constexpr AnnotationRow row(std::string_view name, AnnotationScope scope, AnnotationRisk risk,
                            std::string_view doc, std::string_view instead) {
  const bool is_text = risk == critical;
  return {name,
          AnnotationGroup::refused,
          is_text ? "text for nginx" : "any",
          take,
          is_text ? OnInvalid::drop_ingress : OnInvalid::use_default,
          scope,
          risk,
          "",
          doc,
          {},
          instead};
}

constexpr auto kPath = AnnotationScope::path;
constexpr auto kHost = AnnotationScope::host;
constexpr std::string_view kNoNginx = "There is no nginx to read it, and text of tenants is never code";
constexpr std::string_view kNoWaf = "There is no ModSecurity";
constexpr std::string_view kWafInstead =
    "Run a WAF as a service of its own in front of Headgate, or between it and the pods";
constexpr std::string_view kNoFastCgi = "FastCGI is not spoken";
constexpr std::string_view kFastCgiInstead =
    "Put a web server beside PHP-FPM in the pod, and let the Service name its HTTP port";

constexpr std::array kRows = {
    row("configuration-snippet", kPath, critical, kNoNginx,
        "Say it with annotations: fields of answers with `custom-headers`, of requests with the ConfigMap's "
        "`proxy-set-headers`, redirects with `permanent-redirect`, who may ask with "
        "`allowlist-source-range`"),
    row("server-snippet", kHost, critical, kNoNginx,
        "Say it with annotations of the Ingress, or with a path and an Ingress of its own"),
    row("stream-snippet", kHost, critical, kNoNginx, "Publish the port with a Service of type LoadBalancer"),
    row("auth-snippet", kPath, critical, kNoNginx,
        "Send fields to the authentication service with `auth-proxy-set-headers`"),
    row("modsecurity-snippet", kHost, critical, kNoWaf, kWafInstead),
    row("enable-modsecurity", kHost, low, kNoWaf, kWafInstead),
    row("enable-owasp-core-rules", kHost, low, kNoWaf, kWafInstead),
    row("modsecurity-transaction-id", kHost, high, kNoWaf, "Nothing: `X-Request-ID` names the request"),
    row("fastcgi-index", kPath, medium, kNoFastCgi, kFastCgiInstead),
    row("fastcgi-params-configmap", kPath, medium, kNoFastCgi, kFastCgiInstead),
    row("http2-push-preload", kPath, low,
        "Browsers have given up HTTP/2 push; nginx has no effect of it either",
        "Nothing; `103 Early Hints` of the pods are passed on"),
    row("enable-rewrite-log", kPath, low, "There is no rewrite module whose steps could be logged",
        "Ask `/debug/explain` of the admin port what a request meets"),
};

Cost cost_of(const AnnotationRow& row) {
  if (row.risk == critical) return Cost::ingress;
  if (row.name == "enable-modsecurity" || row.name == "enable-owasp-core-rules") return Cost::protection;
  if (row.name == "http2-push-preload") return Cost::nothing;
  return Cost::feature;
}

std::string reason_of(const AnnotationRow& row) {
  std::string reason = "is not supported. ";
  return reason.append(row.doc).append(". ").append(row.deviation);
}

}  // namespace

std::span<const AnnotationRow> refused_rows() { return kRows; }

void read_refused_annotations(AnnotationReader& reader) {
  for (const AnnotationRow& each : kRows) {
    const auto value = reader.raw(each.name);                // whatever it says: nobody reads it
    if (!value || parse_go_bool(*value) == false) continue;  // what is switched off is not missed
    switch (cost_of(each)) {
      case Cost::ingress:
        reader.note(each.name, OnInvalid::drop_ingress, reason_of(each));
        break;
      case Cost::protection:
        reader.note_unprotected(each.name, reason_of(each));
        break;
      case Cost::feature:
      case Cost::nothing:
        reader.note(each.name, OnInvalid::use_default, reason_of(each));
        break;
    }
  }
}

}  // namespace headgate::k8swatch
