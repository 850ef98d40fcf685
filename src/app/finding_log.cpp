#include "app/finding_log.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "base/log.h"

namespace headgate::app {
namespace {

using k8swatch::Finding;

std::vector<Finding> difference(const std::vector<Finding>& all, const std::vector<Finding>& without) {
  std::vector<Finding> result;
  std::set_difference(all.begin(), all.end(), without.begin(), without.end(), std::back_inserter(result));
  return result;
}

}  // namespace

void FindingLog::update(const std::vector<Finding>& now) {
  const std::vector<Finding> appeared = difference(now, known_);
  const std::vector<Finding> gone = difference(known_, now);
  std::size_t lines = 0;
  for (const Finding& finding : appeared) {
    if (++lines > kMostLines) break;
    if (finding.severity == k8swatch::Severity::error) {
      log::error(line_of(finding));
    } else {
      log::warning(line_of(finding));
    }
  }
  for (const Finding& finding : gone) {
    if (++lines > kMostLines) break;
    log::info("resolved: " + line_of(finding));
  }
  const std::size_t total = appeared.size() + gone.size();
  if (total > kMostLines)
    log::warning(std::to_string(total - kMostLines) + " more findings; /debug/findings has them all");
  known_ = now;
}

}  // namespace headgate::app
