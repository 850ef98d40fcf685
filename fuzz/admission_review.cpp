// Admission reviews: whatever their text, what is read of them is judged without harm and in printable lines.
#include <algorithm>
#include <memory>

#include "fuzz/check.h"
#include "k8swatch/admission.h"

using namespace headgate;
using namespace headgate::k8swatch;

namespace {

// A cluster with one Ingress that others may collide with.
struct World {
  World() {
    Ingress held;
    held.metadata.name = "held";
    held.metadata.namespace_name = "default";
    held.rules.push_back(
        {"a.org", true, {{"/", "Prefix", {"web", {80, ""}}}, {"/x", "Exact", {"web", {80, ""}}}}});
    store.upsert(std::make_shared<const Ingress>(std::move(held)));
    ClassOptions classes;
    classes.watch_without_class = true;
    admission = std::make_unique<Admission>(AdmissionOptions{classes, "", ""}, store, gate);
  }
  IngressGate gate{"nginx.ingress.kubernetes.io"};
  Store store{&gate};
  std::unique_ptr<Admission> admission;
};

bool is_printable(const std::vector<std::string>& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<AdmissionReview> review = read_admission_review(text, {});
  if (!review) {
    FUZZ_CHECK(!review.error().message.empty());
    return 0;
  }
  FUZZ_CHECK(!review->uid.empty());
  FUZZ_CHECK(review->is_judged || review->fault.empty());
  const AdmissionDecision decision = world.admission->decide(*review);
  FUZZ_CHECK(is_printable(decision.reasons) && is_printable(decision.warnings));
  FUZZ_CHECK(review->is_judged || decision.is_allowed());
  FUZZ_CHECK(!review->is_unchanged || decision.is_allowed());
  return 0;
}
