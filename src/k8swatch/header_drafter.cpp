#include "k8swatch/header_drafter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/reader.h"
#include "k8swatch/name_key.h"
#include "k8swatch/named_config_maps.h"
#include "policy/field_rules.h"

namespace headgate::k8swatch {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// The names are compared as ingress-nginx does it: with regard to case.
Result<Fields> custom_fields(const ConfigMap& named, const std::vector<std::string>& allowed) {
  const std::string object = "ConfigMap " + name_key(named.metadata);
  if (named.data.size() > kMostConfigMapKeys)
    return fail(object + " has more than " + std::to_string(kMostConfigMapKeys) + " keys");
  Fields fields;
  std::size_t size = 0;
  for (const auto& [name, value] : named.data) {
    if (const auto fits = policy::check_field(name, value); !fits)
      return fail(object + ": " + fits.error().message);
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      return fail(object + ": " + quoted(name) + " is not in global-allowed-response-headers");
    size += name.size() + value.size() + 4;
    fields.emplace_back(name, value);
  }
  if (size > policy::FixedFields::kMostBytes) return fail(object + " is more than 16 KiB of fields");
  return fields;
}

Result<Fields> find_custom_fields(const Ingress& ingress, const std::string& name,
                                  const PolicySources& sources) {
  const HeaderDefaults& defaults = sources.defaults.headers;
  const auto named = find_named_config_map(sources.store, ingress, name, defaults.access);
  if (!named) return fail(named.error().message);
  return custom_fields(**named, defaults.allowed);
}

}  // namespace

void add_header_steps(const Ingress& ingress, const HeaderAnnotations& annotations,
                      const PolicySources& sources, policy::PolicyChain& chain, RoutePolicy& policy,
                      std::vector<Finding>& findings) {
  const HeaderDefaults& defaults = sources.defaults.headers;
  if (!annotations.custom_headers.empty()) {
    auto fields = find_custom_fields(ingress, annotations.custom_headers, sources);
    if (!fields) {
      policy.denied = true;
      findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                          annotation_field(annotations.custom_headers_name),
                          fields.error().message + "; every path of this Ingress answers 503"});
    } else if (!fields->empty()) {
      chain.answer.emplace_back(policy::FixedFields(*std::move(fields)));
    }
  }
  if (!defaults.request.fields.empty()) chain.request.emplace_back(defaults.request);
  if (!annotations.connection.empty())
    chain.request.emplace_back(policy::UpstreamConnectionOptions{annotations.connection});
  const Replacement redirect = annotations.redirect.value_or(defaults.redirect);
  if (!redirect.from.empty())
    chain.response.emplace_back(policy::RewriteRedirects{redirect.from, redirect.to});
  const Replacement domain = annotations.cookie_domain.value_or(defaults.cookie_domain);
  const Replacement path = annotations.cookie_path.value_or(defaults.cookie_path);
  if (!domain.from.empty() || !path.from.empty())
    chain.response.emplace_back(policy::RewriteCookies{domain.from, domain.to, path.from, path.to});
  policy.settings.access_log = annotations.access_log;
  constexpr std::uint64_t kKilobyte = 1024;
  policy.settings.limit_rate = kKilobyte * annotations.limit_rate.value_or(defaults.limit_rate);
  policy.settings.limit_rate_after =
      kKilobyte * annotations.limit_rate_after.value_or(defaults.limit_rate_after);
}

}  // namespace headgate::k8swatch
