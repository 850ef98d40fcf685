#include "k8swatch/health_rules.h"

#include <algorithm>
#include <utility>

#include "k8swatch/annotations/backend_tls.h"
#include "k8swatch/annotations/health.h"
#include "k8swatch/endpoint_translator.h"
#include "k8swatch/host_rules.h"

namespace headgate::k8swatch {
namespace {

bool uses(const Ingress& ingress, std::string_view service, std::string_view port) {
  const auto is_it = [&](const IngressBackend& backend) {
    return backend.service == service && port_text(backend.port) == port;
  };
  if (ingress.default_backend && is_it(*ingress.default_backend)) return true;
  return std::any_of(ingress.rules.begin(), ingress.rules.end(), [&](const IngressRule& rule) {
    return std::any_of(rule.paths.begin(), rule.paths.end(),
                       [&](const IngressPath& path) { return is_it(path.backend); });
  });
}

bool has_own_annotations(const Ingress& ingress) {
  return std::any_of(ingress.metadata.annotations.begin(), ingress.metadata.annotations.end(),
                     [](const auto& each) { return each.first.starts_with(kOwnPrefix); });
}

Finding warning(const Ingress& ingress, std::string_view annotation, std::string reason) {
  return {Severity::warning, "Ingress " + name_key(ingress.metadata), annotation_field(annotation),
          std::move(reason)};
}

bool speaks_grpc(const BackendTlsAnnotations& pods) {
  return pods.protocol == router::UpstreamProtocol::h2c || pods.protocol == router::UpstreamProtocol::h2;
}

// Tells what is otherwise than somebody who asks for checks may think.
void tell_limits_of_checks(const Ingress& ingress, std::string_view prefix, const HealthAnnotations& said,
                           std::vector<Finding>& findings) {
  constexpr std::string_view kGrpcPath = "/grpc.health.v1.Health/Check";
  const router::HealthCheck& check = *said.settings.check;
  AnnotationReader reader(ingress, prefix);
  const BackendTlsAnnotations pods = read_backend_tls_annotations(reader);
  const auto tell = [&](const std::string& annotation, std::string reason) {
    if (!annotation.empty()) findings.push_back(warning(ingress, annotation, std::move(reason)));
  };
  if (check.grpc_service) {
    if (check.path != kGrpcPath)
      tell(said.check_path, "pods of gRPC are asked by grpc.health.v1.Health/Check, not for this path");
    tell(said.check_statuses, "has no effect: of gRPC SERVING is well, and nothing else");
  } else {
    tell(said.check_grpc_service, "has no effect: backend-protocol is neither GRPC nor GRPCS");
  }
  if (!pods.secret.empty())
    tell(said.check_path.empty() ? said.check_grpc_service : said.check_path,
         "health checks verify no certificate and show none: proxy-ssl-secret is not used for them");
}

HealthAnnotations read(const Ingress& ingress, std::string_view prefix,
                       const router::HealthSettings& defaults) {
  AnnotationReader reader(ingress, prefix);  // what is wrong with values is told with the Ingress itself
  const BackendTlsAnnotations pods = read_backend_tls_annotations(reader);
  HealthAnnotations said = read_health_annotations(reader, defaults, speaks_grpc(pods));
  if (said.settings.check) said.settings.check->protocol = pods.protocol;
  return said;
}

}  // namespace

bool HealthRules::set_defaults(const router::HealthSettings& defaults) {
  return std::exchange(defaults_, defaults) != defaults;
}

router::HealthRef HealthRules::settings_for(const ServiceRecord* service, const std::string& port,
                                            std::vector<Finding>& findings) const {
  std::vector<RuleRef> users;
  if (service != nullptr && service->service != nullptr)
    for (const Ingress* const user : service->users)
      if (has_own_annotations(*user) && uses(*user, service->service->metadata.name, port) &&
          classes_.takes(*user))
        users.push_back({user});
  sort_by_age(users);

  router::HealthSettings settings = defaults_;
  const Ingress* decides = nullptr;
  for (const RuleRef& ref : users) {
    const Ingress& user = *ref.ingress;
    const HealthAnnotations said = read(user, prefix_, defaults_);
    if (said.first.empty()) continue;
    if (decides == nullptr) {
      decides = &user;
      settings = said.settings;
      if (!said.idle.empty())
        findings.push_back(warning(user, said.idle, "has no effect: what it is about is not turned on"));
      if (said.settings.check) tell_limits_of_checks(user, prefix_, said, findings);
    } else if (said.settings != settings) {
      findings.push_back(warning(user, said.first,
                                 "the health of Service " + name_key(service->service->metadata) + " port " +
                                     port + " is watched as Ingress " + name_key(decides->metadata) +
                                     " says, which is older; what this one says is ignored"));
    }
  }
  if (!is_wanted(settings)) return {};
  return {std::make_shared<const router::HealthSettings>(std::move(settings))};
}

}  // namespace headgate::k8swatch
