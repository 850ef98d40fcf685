// The question of the API server's validating webhook: an AdmissionReview of admission.k8s.io/v1, reduced to
// what Headgate judges by. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "k8swatch/decode_options.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

struct AdmissionReview {
  std::string uid;         // to be repeated in the answer
  bool is_judged = false;  // an Ingress is about to be written; else `ingress` is empty
  std::string note;        // why it is not judged although one might expect it; mostly empty
  // Where `fault` is set: no more than its name, namespace and class, as far as they can be read.
  Ingress ingress;
  // Why the Ingress cannot be decoded, "spec.rules[0].host: expected …"; empty: it could.
  std::string fault;
  // It is there already, and nothing of it changes that Headgate reads.
  bool is_unchanged = false;
};

// Not judged: other kinds, subresources (status), other operations than CREATE and UPDATE, objects that are
// being deleted. Fails with one sentence where `text` is no AdmissionReview that could be answered. That it
// may be a dry run makes no difference: judging changes nothing.
Result<AdmissionReview> read_admission_review(std::string text, const DecodeOptions& options);

}  // namespace headgate::k8swatch
