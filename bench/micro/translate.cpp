// What the control plane pays: all objects translated at once, and then one change at a time, by the number
// of Ingresses (each: 1 host, 2 paths, a Service of its own with 3 endpoints).
#include <benchmark/benchmark.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "k8swatch/controller.h"

namespace headgate::k8swatch {
namespace {

Metadata named(const std::string& name) {
  Metadata metadata;
  metadata.namespace_name = "bench";
  metadata.name = name;
  metadata.creation_time = 1;
  return metadata;
}

Object ingress(std::int64_t index, const std::string& second_path) {
  const std::string name = "app" + std::to_string(index);
  const IngressBackend backend{name, {80, ""}};
  Ingress made;
  made.metadata = named(name);
  made.rules.push_back(
      {name + ".bench.test", true, {{"/", "Prefix", backend}, {second_path, "Prefix", backend}}});
  return std::make_shared<const Ingress>(std::move(made));
}

Object service(std::int64_t index) {
  Service made;
  made.metadata = named("app" + std::to_string(index));
  made.type = "ClusterIP";
  made.cluster_ip = "10.96.0.10";
  made.ports.push_back({"http", 80, {8080, ""}, "TCP", ""});
  return std::make_shared<const Service>(std::move(made));
}

Object slice(std::int64_t index, std::int64_t last_octet) {
  EndpointSlice made;
  made.metadata = named("app" + std::to_string(index) + "-x");
  made.service_name = "app" + std::to_string(index);
  made.address_type = "IPv4";
  for (std::int64_t i = 0; i < 3; ++i) {
    SliceEndpoint endpoint;
    endpoint.address = "10." + std::to_string(index / 250) + "." + std::to_string(index % 250) + "." +
                       std::to_string(last_octet + i);
    endpoint.ready = true;
    made.endpoints.push_back(std::move(endpoint));
  }
  made.ports.push_back({"http", 8080, "TCP", ""});
  return std::make_shared<const EndpointSlice>(std::move(made));
}

std::vector<Object> all_objects(std::int64_t count) {
  std::vector<Object> objects;
  for (std::int64_t i = 0; i < count; ++i) {
    objects.push_back(ingress(i, "/api"));
    objects.push_back(service(i));
    objects.push_back(slice(i, 1));
  }
  return objects;
}

// A Controller that publishes as soon as it is asked.
class Fixture {
 public:
  explicit Fixture(const std::vector<Object>& objects)
      : controller_(options(), [this](auto publication) { last_ = std::move(publication); }) {
    for (const Object& object : objects) controller_.upsert(object);
    controller_.synced();
    publish();
    if (controller_.table()->hosts().size() * 3 != objects.size())
      throw std::logic_error("hosts are missing");
  }
  void change(Object object) {
    controller_.upsert(std::move(object));
    publish();
  }
  [[nodiscard]] const router::Publication& last() const { return *last_; }

 private:
  static ControllerOptions options() {
    ControllerOptions made;
    made.translation.classes.watch_without_class = true;
    made.hold_off = {Duration::zero(), Duration::zero()};
    return made;
  }
  void publish() {
    last_ = nullptr;
    if (const auto due = controller_.deadline()) controller_.run_due(*due);
    if (last_ == nullptr) throw std::logic_error("nothing was published");
  }

  std::shared_ptr<const router::Publication> last_;
  Controller controller_;
};

void TranslateAll(benchmark::State& state) {
  const auto objects = all_objects(state.range(0));
  for (auto _ : state) {
    const Fixture fixture(objects);
    benchmark::DoNotOptimize(&fixture);
  }
}
BENCHMARK(TranslateAll)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void ChangeOneIngress(benchmark::State& state) {
  Fixture fixture(all_objects(state.range(0)));
  std::int64_t step = 0;
  for (auto _ : state) {
    ++step;
    fixture.change(ingress(step % state.range(0), "/v" + std::to_string(step)));
    if (fixture.last().table == nullptr) throw std::logic_error("a change of routes without a table");
  }
}
BENCHMARK(ChangeOneIngress)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

void ChangeOneEndpointSlice(benchmark::State& state) {
  Fixture fixture(all_objects(state.range(0)));
  std::int64_t step = 0;
  for (auto _ : state) {
    ++step;
    // Another address than the last time round.
    fixture.change(slice(step % state.range(0), 10 + step / state.range(0) % 200));
    if (fixture.last().table != nullptr) throw std::logic_error("a change of endpoints made a table");
  }
}
BENCHMARK(ChangeOneEndpointSlice)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace headgate::k8swatch

BENCHMARK_MAIN();
