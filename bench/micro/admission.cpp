// What the admission webhook takes to read and judge one review, among many Ingresses: each with a host of
// its own, or all with paths of one host. The percentiles are those of single decisions, in CPU time of the
// thread: on a busy machine the clock on the wall tells of its neighbours.
#include <benchmark/benchmark.h>

#include <time.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "k8swatch/controller.h"

namespace headgate::k8swatch {
namespace {

enum class Hosts { many, one };

std::string host_of(std::int64_t index, Hosts hosts) {
  return hosts == Hosts::one ? "shared.bench.test" : "app" + std::to_string(index) + ".bench.test";
}

std::string path_of(std::int64_t index, Hosts hosts) {
  return hosts == Hosts::one ? "/app" + std::to_string(index) : "/";
}

Object ingress(std::int64_t index, Hosts hosts) {
  const std::string name = "app" + std::to_string(index);
  const IngressBackend backend{name, {80, ""}};
  Ingress made;
  made.metadata.namespace_name = "bench";
  made.metadata.name = name;
  made.metadata.creation_time = 1;
  made.metadata.annotations = {{"nginx.ingress.kubernetes.io/ssl-redirect", "false"}};
  const std::string path = path_of(index, hosts);
  made.rules.push_back(
      {host_of(index, hosts),
       true,
       {{path, "Prefix", backend}, {path == "/" ? "/api" : path + "/api", "Prefix", backend}}});
  return std::make_shared<const Ingress>(std::move(made));
}

Object service(std::int64_t index) {
  Service made;
  made.metadata.namespace_name = "bench";
  made.metadata.name = "app" + std::to_string(index);
  made.type = "ClusterIP";
  made.ports.push_back({"http", 80, {8080, ""}, "TCP", ""});
  return std::make_shared<const Service>(std::move(made));
}

// An update of Ingress `index`, as the API server asks: with the fields' owners, which nobody reads.
std::string review(std::int64_t index, Hosts hosts, const std::string& name) {
  const std::string path = path_of(index, hosts);
  const std::string backend =
      R"("backend":{"service":{"name":"app)" + std::to_string(index) + R"(","port":{"number":80}}}})";
  std::string fields = R"({"manager":"kubectl","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{)";
  for (int i = 0; i < 40; ++i)
    fields += (i == 0 ? "" : ",") + std::string(R"("f:field)") + std::to_string(i) + R"(":{"f:inner":{}})";
  fields += "}}";
  const std::string object =
      R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":")" + name +
      R"(","namespace":"bench","creationTimestamp":"2026-01-01T00:00:00Z","annotations":{)" +
      R"("nginx.ingress.kubernetes.io/ssl-redirect":"true"},"managedFields":[)" + fields +
      R"(]},"spec":{"tls":[{"hosts":[")" + host_of(index, hosts) +
      R"("],"secretName":"none"}],"rules":[{"host":")" + host_of(index, hosts) +
      R"(","http":{"paths":[{"path":")" + path + R"(","pathType":"Prefix",)" + backend + R"(,{"path":")" +
      (path == "/" ? "/api" : path + "/api") + R"(","pathType":"Prefix",)" + backend + "]}}]}}";
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1","kind":)"
         R"({"group":"networking.k8s.io","version":"v1","kind":"Ingress"},"operation":"CREATE","namespace":)"
         R"("bench","object":)" +
         object + R"(,"oldObject":null}})";
}

double cpu_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Argument 0: Ingresses; 1: whether the paths are its own (allowed) or another's (denied).
template <Hosts kHosts>
void decide(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const bool is_own = state.range(1) == 0;
  ControllerOptions options;
  options.translation.classes.watch_without_class = true;
  Controller controller(options, [](const auto&) {});
  for (std::int64_t i = 0; i < count; ++i) {
    controller.upsert(ingress(i, kHosts));
    controller.upsert(service(i));
  }
  controller.synced();
  std::vector<std::string> reviews;
  for (std::int64_t i = 0; i < 512; ++i) {
    const std::int64_t index = i * 7919 % count;
    reviews.push_back(review(index, kHosts, is_own ? "app" + std::to_string(index) : "new"));
  }
  const DecodeOptions decoding;
  std::vector<double> microseconds;
  std::size_t next = 0;
  for (auto _ : state) {
    std::string text = reviews[next++ % reviews.size()];
    const double begin = cpu_microseconds();
    const auto read = read_admission_review(std::move(text), decoding);
    const auto decision = controller.admit(*read);
    const double end = cpu_microseconds();
    if (decision->is_allowed() != is_own) throw std::logic_error("the wrong decision");
    microseconds.push_back(end - begin);
  }
  std::sort(microseconds.begin(), microseconds.end());
  state.counters["p50_us"] = microseconds[microseconds.size() / 2];
  state.counters["p99_us"] = microseconds[microseconds.size() * 99 / 100];
  state.counters["max_us"] = microseconds.back();
}

BENCHMARK(decide<Hosts::many>)->ArgsProduct({{1000, 10000}, {0, 1}})->Unit(benchmark::kMicrosecond);
BENCHMARK(decide<Hosts::one>)->ArgsProduct({{1000, 10000}, {0, 1}})->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace headgate::k8swatch

BENCHMARK_MAIN();
