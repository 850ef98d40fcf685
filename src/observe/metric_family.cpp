#include "observe/metric_family.h"

namespace headgate::observe {

MetricFamily family(MetricType type, std::string name, std::string help, std::vector<Sample> samples) {
  MetricFamily result{std::move(name), std::move(help), type, {}};
  for (Sample& sample : samples) {
    ClientMetric metric;
    metric.label = std::move(sample.labels);
    if (type == MetricType::Counter) {
      metric.counter.value = sample.value;
    } else {
      metric.gauge.value = sample.value;
    }
    result.metric.push_back(std::move(metric));
  }
  return result;
}

}  // namespace headgate::observe
