// Judges one Ingress before it is written, for the validating webhook: what is wrong with it by itself, and
// which of its paths others have. Never looks at the rest of the world, and changes nothing. Control thread
// only.
#pragma once

#include <string>
#include <vector>

#include "k8swatch/admission_review.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/ingress_gate.h"
#include "k8swatch/store.h"

namespace headgate::k8swatch {

// Every text is one line of printable ASCII.
struct AdmissionDecision {
  std::vector<std::string> reasons;  // all that speaks against it; empty: allowed
  std::vector<std::string> warnings;
  bool is_tested = false;  // it is ours and was looked at

  [[nodiscard]] bool is_allowed() const { return reasons.empty(); }
};

struct AdmissionOptions {
  ClassOptions classes;
  std::string watch_namespace;  // --watch-namespace; empty: all
  std::string config_map;       // --configmap, "namespace/name"; empty: none
};

class Admission {
 public:
  // `store` and `gate` must outlive this.
  Admission(AdmissionOptions options, const Store& store, const IngressGate& gate);

  // Denied: what would not be taken, an entry that would not be served, a path that another Ingress serves.
  // An Ingress of another class is allowed unread. What depends on objects that may yet come (Services,
  // Secrets) is a warning; so is everything where nothing of the Ingress changes, or it could not even be
  // labelled.
  [[nodiscard]] AdmissionDecision decide(const AdmissionReview& review) const;

 private:
  class Judge;

  AdmissionOptions options_;
  const Store& store_;
  const IngressGate& gate_;
  IngressClassRules classes_;
};

}  // namespace headgate::k8swatch
