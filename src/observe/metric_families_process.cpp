// The metrics page: the process and the build.
#include <string>
#include <utility>

#include "observe/metric_families.h"
#include "observe/process_stats.h"

namespace headgate::observe {
namespace {

// About the process and the build.
class ProcessCollector {
 public:
  ProcessCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    const ProcessStats stats = read_process_stats();
    const std::string prefix = "nginx_ingress_controller_nginx_process_";
    std::vector<MetricFamily> families;
    const auto add = [&](MetricType type, std::string name, std::string help, Labels labels, double value) {
      families.push_back(family(type, std::move(name), std::move(help), {{std::move(labels), value}}));
    };
    add(MetricType::Gauge, "nginx_ingress_controller_build_info", "The build that runs; always 1.",
        with(constant_,
             {{"release", sources_.release}, {"build", sources_.build}, {"repository", sources_.repository}}),
        1);
    add(MetricType::Gauge, prefix + "num_procs", "Processes of the data plane.", constant_, 1);
    add(MetricType::Counter, prefix + "cpu_seconds_total", "CPU time, user and system, in seconds.",
        constant_, stats.cpu_seconds);
    add(MetricType::Gauge, prefix + "resident_memory_bytes", "Memory in use.", constant_,
        number(stats.resident_bytes));
    add(MetricType::Gauge, prefix + "virtual_memory_bytes", "Address space in use.", constant_,
        number(stats.virtual_bytes));
    add(MetricType::Counter, prefix + "read_bytes_total", "Bytes read.", constant_, number(stats.read_bytes));
    add(MetricType::Counter, prefix + "write_bytes_total", "Bytes written.", constant_,
        number(stats.written_bytes));
    add(MetricType::Gauge, prefix + "oldest_start_time_seconds", "Start time in seconds since 1970.",
        constant_, stats.start_time);
    add(MetricType::Gauge, "process_open_fds", "Open file descriptors.", {}, number(stats.open_descriptors));
    add(MetricType::Gauge, "process_max_fds", "Limit of open file descriptors.", {},
        number(stats.max_descriptors));
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

}  // namespace

Families process_families(const MetricsSources& sources, const Labels& constant) {
  return ProcessCollector(sources, constant).Collect();
}

}  // namespace headgate::observe
