// Decides whether an Ingress is taken as it is, before it replaces the version that serves: an annotation
// that is refused, too risky or holds a forbidden word costs the whole Ingress (ingress-nginx's rules).
// Control thread only.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/annotations/registry.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

class IngressGate {
 public:
  // `annotation_prefix`: without '/'.
  explicit IngressGate(std::string annotation_prefix) : prefix_(std::move(annotation_prefix)) {}

  // Takes annotations-risk-level and annotation-value-word-blocklist from the ConfigMap (null: there is
  // none); a bad value is told in `findings` and keeps the default. True: refuse() may say something else.
  bool configure(const ConfigMap* config_map, std::vector<Finding>& findings);

  // Why this Ingress is not taken; empty: it is.
  [[nodiscard]] std::vector<Finding> refuse(const Ingress& ingress) const;

  [[nodiscard]] const std::string& annotation_prefix() const { return prefix_; }

 private:
  std::string prefix_;
  AnnotationRisk highest_ = AnnotationRisk::high;
  std::vector<std::string> forbidden_words_;
};

}  // namespace headgate::k8swatch
