#include "k8swatch/finding.h"

namespace headgate::k8swatch {

std::string to_string(const Finding& finding) {
  std::string text = finding.severity == Severity::error ? "error: " : "warning: ";
  text += finding.object;
  text += ": ";
  if (!finding.field.empty()) {
    text += finding.field;
    text += ": ";
  }
  text += finding.reason;
  return text;
}

}  // namespace headgate::k8swatch
