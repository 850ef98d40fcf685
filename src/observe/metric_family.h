// How the families of the metrics page are made.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace headgate::observe {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

inline Labels with(Labels labels, std::initializer_list<ClientMetric::Label> more) {
  labels.insert(labels.end(), more.begin(), more.end());
  return labels;
}

struct Sample {
  Labels labels;
  double value = 0;
};

// Of counters or gauges.
MetricFamily family(MetricType type, std::string name, std::string help, std::vector<Sample> samples);

template <typename T>
double number(T value) {
  return static_cast<double>(value);
}

}  // namespace headgate::observe
