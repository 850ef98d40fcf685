// What finding the Route of a request costs, and a change of one host, by the number of hosts.
#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "router/routing_table.h"
#include "router/table_builder.h"

namespace headgate::router {
namespace {

std::string host_name(std::int64_t index) { return "h" + std::to_string(index) + ".bench.test"; }

HostDraft draft(const std::string& host, std::int64_t generation) {
  auto cluster = std::make_shared<Cluster>();
  cluster->name = "bench-app-" + std::to_string(generation);
  HostDraft made{host, {}};
  for (const char* path : {"/app", "/api", "/static"}) {
    Route route;
    route.path = path;
    route.cluster = cluster;
    route.namespace_name = "bench";
    route.ingress = host;
    made.routes.push_back({std::move(route), path});
  }
  return made;
}

std::shared_ptr<const RoutingTable> table_of(std::int64_t hosts) {
  TableBuilder builder;
  for (std::int64_t i = 0; i < hosts; ++i) builder.replace(draft(host_name(i), 0));
  builder.replace(draft("*.wild.bench.test", 0));
  return builder.build(1);
}

// Hosts in an order no cache foresees: the cost in use, not the cost of one host again and again.
std::vector<std::string> scattered_hosts(std::int64_t hosts) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < 4096; ++i) names.push_back(host_name(i * 7919 % hosts));
  return names;
}

void MatchExactHost(benchmark::State& state) {
  const auto table = table_of(state.range(0));
  const auto names = scattered_hosts(state.range(0));
  std::size_t at = 0;
  for (auto _ : state) {
    const Match match = table->match(names[at++ % names.size()], "/static/items/42");
    if (match.route->action != RouteAction::forward) throw std::logic_error("no Route was found");
  }
}
BENCHMARK(MatchExactHost)->Arg(100)->Arg(1000)->Arg(10000);

void MatchWildcardHost(benchmark::State& state) {
  const auto table = table_of(state.range(0));
  for (auto _ : state) {
    const Match match = table->match("any.wild.bench.test", "/api");
    if (match.route->action != RouteAction::forward) throw std::logic_error("no Route was found");
  }
}
BENCHMARK(MatchWildcardHost)->Arg(10000);

void MatchUnknownHost(benchmark::State& state) {
  const auto table = table_of(state.range(0));
  for (auto _ : state) {
    const Match match = table->match("nobody.example.test", "/api");
    if (match.route->action != RouteAction::not_found) throw std::logic_error("a Route was found");
  }
}
BENCHMARK(MatchUnknownHost)->Arg(10000);

// The next table with one host changed; its cost must not grow with the table.
void ReplaceOneHost(benchmark::State& state) {
  auto table = table_of(state.range(0));
  std::int64_t generation = 1;
  for (auto _ : state) {
    ++generation;
    TableBuilder builder(*table);
    builder.replace(draft(host_name(generation % state.range(0)), generation));
    table = builder.build(static_cast<std::uint64_t>(generation));
  }
}
BENCHMARK(ReplaceOneHost)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace headgate::router

BENCHMARK_MAIN();
