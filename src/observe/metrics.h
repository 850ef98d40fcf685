// The metrics page: everything Headgate counts, under the names of ingress-nginx where the meaning is the
// same (prefix nginx_ingress_controller_) and under headgate_ where it is ours.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "observe/admission_stats.h"
#include "observe/certificate_series.h"
#include "observe/health_series.h"
#include "observe/span_totals.h"
#include "observe/watch_series.h"
#include "observe/worker_stats.h"

namespace headgate::observe {

// What the control plane says about itself; a copy, taken at scrape time.
struct ControlFacts {
  std::uint64_t config_hash = 0;
  bool last_apply_ok = false;
  double last_apply_time = 0;  // seconds since 1970 of the last successful one
  std::uint64_t applies = 0;
  std::uint64_t apply_errors = 0;
  std::uint64_t published_generation = 0;
  std::uint64_t warnings = 0;  // Findings that hold now
  std::uint64_t errors = 0;
  bool is_leader = false;            // holds the Lease
  std::uint64_t dropped_events = 0;  // Events of Kubernetes that were too many, or refused
};

// Where the numbers come from. Every function may be called from any thread while Metrics lives.
struct MetricsSources {
  std::string controller_namespace;  // POD_NAMESPACE
  std::string controller_class;
  std::string controller_pod;  // POD_NAME
  std::string release;
  std::string build;
  std::string repository;
  std::string leader_election;  // name of the Lease; empty: there is no election
  std::function<std::vector<const WorkerStats*>()> workers;
  std::function<ControlFacts()> control;
  std::function<std::vector<CertificateSeries>()> certificates;
  std::function<std::vector<WatchSeries>()> watches;  // null: there are none
  std::function<AdmissionTotals()> admission;         // null: there is no webhook
  std::function<std::vector<HealthSeries>()> health;  // null: there is none
  std::function<std::uint64_t()> adopted_generation;
  std::function<std::uint64_t()> dropped_log_lines;
  std::function<SpanTotals()> spans;  // null: none are sent
};

class Metrics {
 public:
  explicit Metrics(MetricsSources sources);

  // The whole page in the Prometheus text format 0.0.4. Written family by family, so that the memory needed
  // is that of the largest family, not of the page. Never disturbs a Worker for longer than a pointer copy.
  void write_text(std::ostream& out) const;

 private:
  MetricsSources sources_;
};

}  // namespace headgate::observe
