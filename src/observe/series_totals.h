// One per-route series summed over all Workers, as plain numbers: what the metrics page prints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "observe/route_series.h"
#include "observe/worker_stats.h"

namespace headgate::observe {

template <std::size_t N>
struct HistogramTotals {
  std::array<std::uint64_t, N + 1> buckets{};  // not cumulative
  std::uint64_t sum = 0;

  template <std::size_t Members>
  void add(const Histograms<N, Members>& histograms, std::size_t member) {
    for (std::size_t i = 0; i <= N; ++i) buckets[i] += histograms.count(member, i);
    sum += histograms.sum(member);
  }
};

struct SeriesTotals {
  std::string namespace_name;
  std::string ingress;
  std::string service;
  std::string path;
  std::string canary;
  std::string host;
  std::string method;
  std::uint16_t status = 0;

  std::uint64_t requests = 0;
  HistogramTotals<kDurationBuckets.size()> request_duration;
  HistogramTotals<kDurationBuckets.size()> response_duration;
  HistogramTotals<kDurationBuckets.size()> header_duration;
  HistogramTotals<kDurationBuckets.size()> connect_duration;
  HistogramTotals<kLengthBuckets.size()> request_size;
  HistogramTotals<kLengthBuckets.size()> response_size;
  HistogramTotals<kSizeBuckets.size()> bytes_sent;
};

// One entry for each set of labels, in a stable order: a page that names the same labels twice is refused as
// a whole by Prometheus. Any thread.
std::vector<SeriesTotals> total_series(const std::vector<const WorkerStats*>& workers);

}  // namespace headgate::observe
