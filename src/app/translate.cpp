#include "app/translate.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>

#include "app/options_of.h"
#include "base/clock.h"
#include "k8swatch/controller.h"
#include "k8swatch/manifest_source.h"

namespace headgate::app {

int run_translate(const Flags& flags, std::ostream& out, std::ostream& err) {
  k8swatch::Controller controller(controller_options(flags),
                                  [](const std::shared_ptr<const router::Publication>&) {});
  k8swatch::ManifestSource source(manifest_roots(flags), controller, decode_options(flags));
  if (const Result<void> started = source.start(); !started) {
    err << "headgate translate: " << started.error().message << "\n";
    return 1;
  }
  // What is due now or later is due now: there is nothing to wait for.
  while (const std::optional<TimePoint> due = controller.deadline())
    controller.run_due(std::max(*due, Clock::now()));

  out << controller.dump();
  bool has_errors = false;
  for (const k8swatch::Finding& finding : controller.findings()) {
    has_errors = has_errors || finding.severity == k8swatch::Severity::error;
    out << to_string(finding) << "\n";
  }
  return has_errors ? 1 : 0;
}

}  // namespace headgate::app
