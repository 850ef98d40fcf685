// Decides whether an Ingress is taken as it is, before it replaces the version that serves: an annotation
// that is refused, too risky or holds a forbidden word costs the whole Ingress (ingress-nginx's rules).
// Control thread only.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/annotations/registry.h"
#include "k8swatch/config_map_reader.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

// ConfigMap keys in brackets.
struct GateSettings {
  AnnotationRisk highest = AnnotationRisk::high;  // [annotations-risk-level]
  std::vector<std::string> forbidden_words;       // [annotation-value-word-blocklist]
  // [strict-validate-path-type]: elsewhere only of paths that are to be regular expressions.
  bool strict_paths = true;
  friend bool operator==(const GateSettings&, const GateSettings&) = default;
};
GateSettings read_gate_settings(ConfigMapReader& reader);

class IngressGate {
 public:
  // `annotation_prefix`: without '/'.
  explicit IngressGate(std::string annotation_prefix) : prefix_(std::move(annotation_prefix)) {}

  // True: refuse() may say something else now.
  bool configure(GateSettings settings);

  // Why this Ingress is not taken, one Finding for each reason, without the consequence; empty: it is.
  [[nodiscard]] std::vector<Finding> refuse(const Ingress& ingress) const;

  [[nodiscard]] const GateSettings& settings() const { return settings_; }
  [[nodiscard]] const std::string& annotation_prefix() const { return prefix_; }

 private:
  std::string prefix_;
  GateSettings settings_;
};

}  // namespace headgate::k8swatch
