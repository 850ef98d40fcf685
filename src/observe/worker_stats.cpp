#include "observe/worker_stats.h"

#include "observe/route_series.h"

namespace headgate::observe {

WorkerStats::WorkerStats() : routes(std::make_unique<RouteSeriesTable>()) {}
WorkerStats::~WorkerStats() = default;

}  // namespace headgate::observe
