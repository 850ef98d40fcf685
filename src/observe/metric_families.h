// The families of the metrics page, subject by subject. `constant`: labels of every sample.
#pragma once

#include <functional>
#include <vector>

#include "observe/metric_family.h"
#include "observe/metrics.h"

namespace headgate::observe {

using Families = std::vector<MetricFamily>;

// About the process and the build.
Families process_families(const MetricsSources& sources, const Labels& constant);
// What was applied, and what was found wrong.
Families control_families(const MetricsSources& sources, const Labels& constant);
// The watches at the API server.
Families watch_families(const MetricsSources& sources, const Labels& constant);
// The admission webhook.
Families admission_families(const MetricsSources& sources, const Labels& constant);
// The certificates that are served.
Families certificate_families(const MetricsSources& sources);
// The endpoints whose health somebody asks for.
Families health_families(const MetricsSources& sources, const Labels& constant);
// The Workers' own counters.
Families worker_families(const MetricsSources& sources, const Labels& constant);
// What is counted for each Route, one family after the other: all of them at once would be a large page.
void for_each_route_family(const MetricsSources& sources, const Labels& constant,
                           const std::function<void(const Families&)>& visit);

}  // namespace headgate::observe
