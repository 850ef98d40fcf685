#include "k8swatch/error_pages_drafter.h"

#include <string>

#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kList = "custom-http-errors";
constexpr std::string_view kStayAsTheyAre =
    "; these errors stay as they are (in ingress-nginx they would all be 404)";

}  // namespace

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

std::optional<Finding> errors_without_backend(const Ingress& ingress, std::string_view annotation_prefix) {
  AnnotationReader reader(ingress, annotation_prefix);
  const ErrorPagesAnnotations annotations = read_error_pages_annotations(reader);
  if (!annotations.statuses || annotations.statuses->empty() || !annotations.backend.empty() ||
      !reader.problems().empty())
    return std::nullopt;
  return Finding{Severity::warning, "Ingress " + name_key(ingress.metadata),
                 annotation_field(std::string(annotation_prefix) + "/" + std::string(kList)),
                 "has no effect: there is neither the annotation default-backend nor the flag "
                 "--default-backend-service" +
                     std::string(kStayAsTheyAre)};
}

void tell_errors_without_backend(ConfigMapReader& reader, const ErrorPagesDefaults& defaults) {
  if (!defaults.statuses.empty())
    reader.tell(kList,
                "has no effect for Ingresses without the annotation default-backend: there is no flag "
                "--default-backend-service" +
                    std::string(kStayAsTheyAre));
}

}  // namespace headgate::k8swatch
