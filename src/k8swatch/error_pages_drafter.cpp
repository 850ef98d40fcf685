#include "k8swatch/error_pages_drafter.h"

namespace headgate::k8swatch {

void add_error_pages(const Ingress& ingress, const ErrorPagesAnnotations& annotations,
                     const PolicyDefaults& defaults, policy::PolicyChain& chain, RoutePolicy& result) {
  policy::ErrorPages pages;
  pages.statuses = annotations.statuses.value_or(defaults.error_pages.statuses);
  pages.of_pods = !annotations.own_errors_only.value_or(defaults.error_pages.own_errors_only);
  if (!annotations.backend.empty()) {
    pages.backend = static_cast<std::uint32_t>(result.others.size());
    result.others.push_back({{ingress.metadata.namespace_name, annotations.backend, {}, {}}, nullptr});
  }
  if (!pages.statuses.empty() || pages.backend) chain.errors = std::move(pages);
}

}  // namespace headgate::k8swatch
