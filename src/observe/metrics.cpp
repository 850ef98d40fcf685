#include "observe/metrics.h"

#include <prometheus/text_serializer.h>

#include <ostream>
#include <utility>

#include "observe/metric_families.h"

namespace headgate::observe {

Metrics::Metrics(MetricsSources sources) : sources_(std::move(sources)) {}

void Metrics::write_text(std::ostream& out) const {
  const Labels constant = {{"controller_namespace", sources_.controller_namespace},
                           {"controller_class", sources_.controller_class},
                           {"controller_pod", sources_.controller_pod}};
  const prometheus::TextSerializer serializer;
  serializer.Serialize(out, process_families(sources_, constant));
  serializer.Serialize(out, control_families(sources_, constant));
  serializer.Serialize(out, certificate_families(sources_));
  serializer.Serialize(out, watch_families(sources_, constant));
  serializer.Serialize(out, admission_families(sources_, constant));
  serializer.Serialize(out, health_families(sources_, constant));
  serializer.Serialize(out, worker_families(sources_, constant));
  for_each_route_family(sources_, constant,
                        [&](const Families& families) { serializer.Serialize(out, families); });
}

}  // namespace headgate::observe
