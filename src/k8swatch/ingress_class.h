// Which Ingresses are ours: the rules of IngressClass and of the older annotation. Control thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

class Store;

inline constexpr std::string_view kClassAnnotation = "kubernetes.io/ingress.class";

struct ClassOptions {
  std::string ingress_class = "headgate";                            // --ingress-class
  std::string controller_class = "headgate.dev/ingress-controller";  // --controller-class
  bool ingress_class_by_name =
      false;                         // --ingress-class-by-name: a class of that name is ours, whoever runs it
  bool watch_without_class = false;  // --watch-ingress-without-class
  bool disable_catch_all = false;  // --disable-catch-all: an Ingress with a spec.defaultBackend is not taken
  // Manifests instead of a cluster: every Ingress is ours unless the class it names exists and belongs to
  // another controller. (A folder made for Headgate often holds no IngressClass at all.)
  bool standalone = false;
};

// The class an Ingress names: spec.ingressClassName, else the annotation kubernetes.io/ingress.class, else
// nothing. An annotation that is empty is there, and names a class that is not ours.
std::optional<std::string_view> class_name_of(const Ingress& ingress);

class IngressClassRules {
 public:
  // `store` must outlive this.
  IngressClassRules(ClassOptions options, const Store& store);

  // In a cluster, in this order: spec.ingressClassName decides alone where it is set; else the annotation
  // where there is one; else --watch-ingress-without-class. Where IngressClasses cannot be read (no
  // permission), the first step is left out, except that --ingress-class-by-name needs no more than the name.
  // --disable-catch-all passes over what they take.
  [[nodiscard]] bool takes(const Ingress& ingress) const;
  // Where an Ingress is passed over most likely by mistake: it names our class, which does not exist. Or
  // where it is of our class and passed over for --disable-catch-all.
  [[nodiscard]] std::optional<Finding> doubt(const Ingress& ingress) const;

 private:
  [[nodiscard]] bool is_of_our_class(const Ingress& ingress) const;
  [[nodiscard]] bool owns(const IngressClass& ingress_class) const;

  ClassOptions options_;
  const Store& store_;
};

}  // namespace headgate::k8swatch
