#include "k8swatch/external_auth_drafter.h"

#include <utility>

#include "base/quoted.h"
#include "k8swatch/name_key.h"
#include "k8swatch/named_config_maps.h"

namespace headgate::k8swatch {
namespace {

using SetFields = std::vector<policy::ExternalAuth::SetField>;

// The fields that a ConfigMap holds for an auth service. Fails with one sentence.
Result<SetFields> read_set_fields(const ConfigMap& config_map) {
  SetFields fields;
  const std::string of = "ConfigMap " + name_key(config_map.metadata) + ": ";
  if (config_map.data.size() > kMostConfigMapKeys) return fail(of + "it has too many keys");
  for (const auto& [name, value] : config_map.data) {
    if (!is_settable_field(name)) return fail(of + quoted(name) + " is no field that may be set");
    if (value.size() > kMostConfigMapValue || value.find_first_of("\r\n") != std::string::npos)
      return fail(of + "the value of " + quoted(name) + " is too long or has several lines");
    auto text = policy::Template::parse(value);
    if (!text) return fail(of + quoted(name) + ": " + text.error().message);
    fields.push_back({name, *std::move(text)});
  }
  return fields;
}

Result<SetFields> fields_named(const std::string& name, const Ingress& ingress,
                               const PolicySources& sources) {
  // The service is the tenant's, and learns all that the ConfigMap holds: none of the settings' namespace.
  const ConfigMapAccess access{sources.defaults.headers.access.cross_namespace, {}};
  const auto config_map = find_named_config_map(sources.store, ingress, name, access);
  if (!config_map) return fail(config_map.error().message);
  return read_set_fields(**config_map);
}

}  // namespace

void add_external_auth(const Ingress& ingress, const ExternalAuthAnnotations& annotations,
                       const PolicySources& sources, policy::PolicyChain& chain, RoutePolicy& result,
                       std::vector<Finding>& findings) {
  const ExternalAuthConfig* config = nullptr;
  if (annotations.auth)
    config = &*annotations.auth;
  else if (annotations.use_global && sources.defaults.external_auth.global)
    config = &*sources.defaults.external_auth.global;
  if (config == nullptr) return;
  if (config->broken) {
    result.denied = true;
    return;
  }
  policy::ExternalAuth step = config->step;
  if (!config->set_fields.empty()) {
    auto fields = fields_named(config->set_fields, ingress, sources);
    if (!fields) {
      findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                          "metadata.annotations[auth-proxy-set-headers]",
                          fields.error().message + "; answered with 503"});
      result.denied = true;
      return;
    }
    step.set_fields = *std::move(fields);
  }
  const auto place = add_other(config->service, sources.upstream_tls, result);
  if (!place) {
    findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                        "metadata.annotations[auth-url]", place.error().message + "; answered with 503"});
    result.denied = true;
    return;
  }
  step.cluster = *place;
  chain.access.emplace_back(std::move(step));
}

}  // namespace headgate::k8swatch
