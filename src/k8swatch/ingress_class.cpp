#include "k8swatch/ingress_class.h"

#include <algorithm>
#include <utility>

#include "k8swatch/name_key.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {
namespace {

std::optional<std::string_view> class_annotation_of(const Ingress& ingress) {
  const StringPairs& annotations = ingress.metadata.annotations;
  const auto at = std::find_if(annotations.begin(), annotations.end(),
                               [](const auto& each) { return each.first == kClassAnnotation; });
  if (at == annotations.end()) return std::nullopt;
  return at->second;
}

}  // namespace

std::optional<std::string_view> class_name_of(const Ingress& ingress) {
  return ingress.class_name ? *ingress.class_name : class_annotation_of(ingress);
}

IngressClassRules::IngressClassRules(ClassOptions options, const Store& store)
    : options_(std::move(options)), store_(store) {}

bool IngressClassRules::owns(const IngressClass& ingress_class) const {
  return ingress_class.controller == options_.controller_class ||
         (options_.ingress_class_by_name && ingress_class.metadata.name == options_.ingress_class);
}

bool IngressClassRules::takes(const Ingress& ingress) const {
  return is_of_our_class(ingress) && !(options_.disable_catch_all && ingress.default_backend);
}

bool IngressClassRules::is_of_our_class(const Ingress& ingress) const {
  std::optional<std::string_view> name = class_name_of(ingress);
  if (options_.standalone) {
    const IngressClass* named = name ? store_.find_class(*name) : nullptr;
    return named == nullptr || owns(*named);
  }
  if (ingress.class_name && !store_.are_classes_readable()) {
    if (options_.ingress_class_by_name && name == options_.ingress_class) return true;
    name = class_annotation_of(ingress);
  } else if (ingress.class_name) {
    const IngressClass* named = store_.find_class(*name);
    return named != nullptr && owns(*named);
  }
  return name ? *name == options_.ingress_class : options_.watch_without_class;
}

std::optional<Finding> IngressClassRules::doubt(const Ingress& ingress) const {
  if (options_.disable_catch_all && ingress.default_backend && is_of_our_class(ingress))
    return Finding{Severity::error, "Ingress " + name_key(ingress.metadata), "spec.defaultBackend",
                   "not allowed with --disable-catch-all; the Ingress is not served"};
  if (!ingress.class_name || *ingress.class_name != options_.ingress_class || takes(ingress)) return {};
  if (store_.find_class(*ingress.class_name) != nullptr) return {};
  if (!store_.are_classes_readable())
    return Finding{Severity::error, "Ingress " + name_key(ingress.metadata), "spec.ingressClassName",
                   "IngressClasses cannot be read (no permission); the Ingress is not served without the "
                   "annotation kubernetes.io/ingress.class or --ingress-class-by-name"};
  return Finding{Severity::error, "Ingress " + name_key(ingress.metadata), "spec.ingressClassName",
                 "there is no IngressClass '" + *ingress.class_name + "'; the Ingress is not served"};
}

}  // namespace headgate::k8swatch
