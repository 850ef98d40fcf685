// Tells the log about Findings when they appear and when they are gone.
#pragma once

#include <vector>

#include "k8swatch/finding.h"

namespace headgate::app {

// Control thread only.
class FindingLog {
 public:
  // `now`: everything that is wrong now, sorted, each once. Logs the difference to the last call, at most
  // kMostLines of it.
  void update(const std::vector<k8swatch::Finding>& now);

  static constexpr std::size_t kMostLines = 100;

 private:
  std::vector<k8swatch::Finding> known_;
};

}  // namespace headgate::app
