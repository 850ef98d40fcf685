// The metrics page: the control plane.
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "observe/metric_families.h"

namespace headgate::observe {
namespace {

// About configuration: what was applied, what was found wrong.
class ControlCollector {
 public:
  ControlCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    const ControlFacts facts = sources_.control();
    const std::string prefix = "nginx_ingress_controller_";
    std::vector<MetricFamily> families;
    const auto gauge = [&](std::string name, std::string help, std::vector<Sample> samples) {
      families.push_back(family(MetricType::Gauge, std::move(name), std::move(help), std::move(samples)));
    };
    const auto counter = [&](std::string name, std::string help, double value) {
      families.push_back(family(MetricType::Counter, std::move(name), std::move(help), {{constant_, value}}));
    };
    gauge(prefix + "config_hash", "Hash of the configuration that runs.",
          {{constant_, number(facts.config_hash)}});
    gauge(prefix + "config_last_reload_successful", "Whether the last change of configuration was applied.",
          {{constant_, facts.last_apply_ok ? 1.0 : 0.0}});
    gauge(prefix + "config_last_reload_successful_timestamp_seconds",
          "When a change of configuration was last applied, in seconds since 1970.",
          {{constant_, facts.last_apply_time}});
    counter(prefix + "success", "Changes of configuration applied.", number(facts.applies));
    counter(prefix + "errors", "Changes of configuration that could not be applied.",
            number(facts.apply_errors));
    gauge("headgate_findings", "Things in the manifests that are refused, ignored or unusable now.",
          {{with(constant_, {{"severity", "warning"}}), number(facts.warnings)},
           {with(constant_, {{"severity", "error"}}), number(facts.errors)}});
    if (!sources_.leader_election.empty())
      gauge(prefix + "leader_election_status", "Whether this replica is the leader; name is the Lease's.",
            {{with(constant_, {{"name", sources_.leader_election}}), facts.is_leader ? 1.0 : 0.0}});
    counter("headgate_dropped_events_total",
            "Events about objects that were not written: too many, or refused.",
            number(facts.dropped_events));
    gauge("headgate_published_generation", "The newest snapshot the control plane has made.",
          {{constant_, number(facts.published_generation)}});
    gauge("headgate_adopted_generation", "The newest snapshot every Worker serves.",
          {{constant_, number(sources_.adopted_generation())}});
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

// What the watches at the API server do.
class WatchCollector {
 public:
  WatchCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    std::vector<MetricFamily> families;
    if (!sources_.watches) return families;
    const std::vector<WatchSeries> watches = sources_.watches();
    if (watches.empty()) return families;
    const TimePoint now = Clock::now();
    const auto add = [&](MetricType type, std::string name, std::string help, const auto& value_of) {
      std::vector<Sample> samples;
      for (const WatchSeries& watch : watches)
        if (const std::optional<double> value = value_of(watch))
          samples.push_back({with(constant_, {{"resource", watch.resource}}), *value});
      if (!samples.empty())
        families.push_back(family(type, "headgate_watch_" + name, std::move(help), std::move(samples)));
    };
    using Number = std::optional<double>;
    const auto gauge = MetricType::Gauge;
    const auto counter = MetricType::Counter;
    add(gauge, "synced", "Whether the resource has been read from the API server.",
        [](const WatchSeries& w) { return Number(w.synced ? 1 : 0); });
    add(gauge, "in_trouble", "Whether the resource cannot be followed now; what was read before serves on.",
        [](const WatchSeries& w) { return Number(w.in_trouble ? 1 : 0); });
    add(gauge, "objects", "Objects of the resource that exist.",
        [](const WatchSeries& w) { return Number(number(w.objects)); });
    add(gauge, "last_event_age_seconds", "Time since the API server last said anything of the resource.",
        [now](const WatchSeries& w) {
          return w.last_event ? Number(std::chrono::duration<double>(now - *w.last_event).count()) : Number();
        });
    add(counter, "events_total", "Events of watches, bookmarks included.",
        [](const WatchSeries& w) { return Number(number(w.events)); });
    add(counter, "reconnects_total", "Watches that took up an earlier one where it ended.",
        [](const WatchSeries& w) { return Number(number(w.reconnects)); });
    add(counter, "relists_total", "Times the whole resource was asked for again.",
        [](const WatchSeries& w) { return Number(number(w.relists)); });
    add(counter, "gone_total", "Times the API server did not have our version any more (410).",
        [](const WatchSeries& w) { return Number(number(w.gone)); });
    add(counter, "undecodable_total", "Objects and events that could not be decoded.",
        [](const WatchSeries& w) { return Number(number(w.undecodable)); });
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

// The admission webhook. ingress-nginx's gauges speak of its last check.
class AdmissionCollector {
 public:
  AdmissionCollector(const MetricsSources& sources, Labels constant)
      : sources_(sources), constant_(std::move(constant)) {}

  [[nodiscard]] std::vector<MetricFamily> Collect() const {
    if (sources_.admission == nullptr) return {};
    const AdmissionTotals totals = sources_.admission();
    const std::string prefix = "nginx_ingress_controller_";
    std::vector<MetricFamily> families;
    const auto gauge = [&](const char* name, std::string help, double value) {
      families.push_back(
          family(MetricType::Gauge, prefix + "admission_" + name, std::move(help), {{constant_, value}}));
    };
    gauge("tested_ingresses", "Ingresses looked at by the last check.", totals.has_tested ? 1 : 0);
    gauge("tested_duration", "Time of the last decision, in seconds.", totals.tested_seconds);
    gauge("roundtrip_duration", "Time to answer the last check, in seconds.", totals.roundtrip_seconds);
    gauge("render_ingresses", "Ingresses rendered for the last check; always 0.", 0);
    gauge("render_duration", "Time to render for the last check; always 0.", 0);
    gauge("config_size", "Bytes rendered for the last check; always 0.", 0);
    std::vector<Sample> results;
    for (std::size_t i = 0; i < totals.results.size(); ++i)
      results.push_back(
          {with(constant_, {{"result", std::string(to_string(static_cast<AdmissionResult>(i)))}}),
           number(totals.results[i])});
    families.push_back(family(MetricType::Counter, "headgate_admission_reviews_total",
                              "Questions of the API server, by result.", std::move(results)));
    if (totals.series.empty()) return families;
    std::vector<Sample> allowed;
    std::vector<Sample> denied;
    for (const AdmissionSeries& series : totals.series) {
      const Labels labels =
          with(constant_, {{"namespace", series.namespace_name}, {"ingress", series.ingress}});
      allowed.push_back({labels, number(series.allowed)});
      denied.push_back({labels, number(series.denied)});
    }
    families.push_back(family(MetricType::Counter, prefix + "check_success",
                              "Checks of an Ingress by the admission webhook that it passed.",
                              std::move(allowed)));
    families.push_back(family(MetricType::Counter, prefix + "check_errors",
                              "Checks of an Ingress by the admission webhook that it failed.",
                              std::move(denied)));
    return families;
  }

 private:
  const MetricsSources& sources_;
  Labels constant_;
};

}  // namespace

Families control_families(const MetricsSources& sources, const Labels& constant) {
  return ControlCollector(sources, constant).Collect();
}

Families watch_families(const MetricsSources& sources, const Labels& constant) {
  return WatchCollector(sources, constant).Collect();
}

Families admission_families(const MetricsSources& sources, const Labels& constant) {
  return AdmissionCollector(sources, constant).Collect();
}

}  // namespace headgate::observe
