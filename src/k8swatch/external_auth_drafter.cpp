#include "k8swatch/external_auth_drafter.h"

#include <utility>

#include "base/quoted.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {

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
  if (!config->set_fields.empty()) {
    findings.push_back(
        {Severity::error, "Ingress " + name_key(ingress.metadata), "auth-proxy-set-headers",
         "the ConfigMap " + quoted(config->set_fields) + " cannot be read yet; answered with 503"});
    result.denied = true;
    return;
  }
  policy::ExternalAuth step = config->step;
  step.cluster = static_cast<std::uint32_t>(result.others.size());
  result.others.push_back(config->service);
  chain.access.emplace_back(std::move(step));
}

}  // namespace headgate::k8swatch
