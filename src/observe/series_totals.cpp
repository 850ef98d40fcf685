#include "observe/series_totals.h"

#include <map>
#include <utility>

namespace headgate::observe {
namespace {

// Joined by a byte that no label can hold (namespaces and names are DNS labels, paths have no control bytes).
std::string key_of(const RouteSeries& series) {
  std::string key;
  for (const std::string* part :
       {&series.namespace_name, &series.ingress, &series.host, &series.path, &series.service, &series.canary})
    key.append(*part).push_back('\0');
  return key.append(series.method).append(std::to_string(series.status));
}

SeriesTotals labelled_as(const RouteSeries& series) {
  SeriesTotals totals;
  totals.namespace_name = series.namespace_name;
  totals.ingress = series.ingress;
  totals.service = series.service;
  totals.path = series.path;
  totals.canary = series.canary;
  totals.host = series.host;
  totals.method = series.method;
  totals.status = series.status;
  return totals;
}

void add(SeriesTotals& totals, const RouteSeries& series) {
  totals.requests += series.requests.value();
  totals.request_duration.add(series.durations, RouteSeries::request_duration);
  totals.response_duration.add(series.durations, RouteSeries::response_duration);
  totals.header_duration.add(series.durations, RouteSeries::header_duration);
  totals.connect_duration.add(series.durations, RouteSeries::connect_duration);
  totals.request_size.add(series.lengths, RouteSeries::request_size);
  totals.response_size.add(series.lengths, RouteSeries::response_size);
  totals.bytes_sent.add(series.bytes_sent, 0);
}

}  // namespace

std::vector<SeriesTotals> total_series(const std::vector<const WorkerStats*>& workers) {
  std::map<std::string, SeriesTotals> by_labels;
  for (const WorkerStats* worker : workers) {
    worker->routes->for_each([&](const RouteSeries& series) {
      auto [position, is_new] = by_labels.try_emplace(key_of(series));
      if (is_new) position->second = labelled_as(series);
      add(position->second, series);
    });
  }
  std::vector<SeriesTotals> totals;
  totals.reserve(by_labels.size());
  for (auto& [key, series] : by_labels) totals.push_back(std::move(series));
  return totals;
}

}  // namespace headgate::observe
