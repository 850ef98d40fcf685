// What is asked about the health of the endpoints of one Service port, of all the Ingresses that use it: the
// oldest that says anything decides; a Service and its Ingresses are of one namespace. Control thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/store.h"
#include "router/health_settings.h"

namespace headgate::k8swatch {

class HealthRules {
 public:
  // `annotation_prefix`: of ingress-nginx, without '/'. `classes` must outlive this.
  HealthRules(std::string annotation_prefix, const IngressClassRules& classes)
      : prefix_(std::move(annotation_prefix)), classes_(classes) {}

  // What the ConfigMap says; true: it is something else than before.
  bool set_defaults(const router::HealthSettings& defaults);

  // Nothing asked: null within. `service`: null where there is none (a host of a URL), so that only the
  // ConfigMap counts. Told: Ingresses that say otherwise, and what they say for nothing.
  router::HealthRef settings_for(const ServiceRecord* service, const std::string& port,
                                 std::vector<Finding>& findings) const;

 private:
  std::string prefix_;
  const IngressClassRules& classes_;
  router::HealthSettings defaults_;
};

}  // namespace headgate::k8swatch
