#include "fakeapi/preload.h"

#include <array>
#include <cstdio>

namespace headgate::fakeapi {
namespace {

std::string set_name(std::size_t index) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "i%04zu", index);
  return {text.data(), static_cast<std::size_t>(length)};
}

Json named(const std::string& name) { return Json{{"name", name}}; }

Json backend(const std::string& service) {
  Json value;
  value["service"] = Json{{"name", service}, {"port", Json{{"number", 80}}}};
  return value;
}

Json ingress(const std::string& name, const std::string& ingress_class) {
  Json paths = Json::array();
  for (const char* path : {"/", "/api"}) {
    paths.push_back({{"path", path}, {"pathType", "Prefix"}, {"backend", backend(name)}});
  }
  Json rule{{"host", name + ".example.com"}};
  rule["http"]["paths"] = std::move(paths);
  Json object{{"metadata", named(name)}};
  object["spec"]["ingressClassName"] = ingress_class;
  object["spec"]["rules"] = Json::array({std::move(rule)});
  return object;
}

Json service(const std::string& name) {
  Json object{{"metadata", named(name)}};
  object["spec"]["ports"] = Json::array({Json{{"name", "http"}, {"port", 80}, {"targetPort", 8080}}});
  object["spec"]["selector"]["app"] = name;
  return object;
}

Json endpoint_slice(const std::string& name, std::size_t index) {
  Json object{{"metadata", named(name + "-abcde")}};
  object["metadata"]["labels"] = Json{{"kubernetes.io/service-name", name}};
  object["addressType"] = "IPv4";
  object["endpoints"] = Json::array();
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t n = index * 3 + i;
    Json endpoint;
    endpoint["addresses"] = Json::array({"10." + std::to_string(64 + n / 62500 % 64) + "." +
                                         std::to_string(n / 250 % 250) + "." + std::to_string(n % 250 + 1)});
    endpoint["conditions"] = Json{{"ready", true}, {"serving", true}, {"terminating", false}};
    endpoint["targetRef"] =
        Json{{"kind", "Pod"}, {"namespace", "default"}, {"name", name + "-" + std::to_string(i)}};
    endpoint["nodeName"] = "node-" + std::to_string(n % 10);
    object["endpoints"].push_back(std::move(endpoint));
  }
  object["ports"] = Json::array({Json{{"name", "http"}, {"protocol", "TCP"}, {"port", 8080}}});
  return object;
}

}  // namespace

void preload(ObjectStore& store, std::size_t first, std::size_t count, const std::string& ingress_class) {
  const WriteOptions options{Part::whole, "preload", false};
  for (std::size_t i = first; i < first + count; ++i) {
    const std::string name = set_name(i);
    store.create(resource_named("services"), "default", service(name), options);
    store.create(resource_named("endpointslices"), "default", endpoint_slice(name, i), options);
    store.create(resource_named("ingresses"), "default", ingress(name, ingress_class), options);
  }
}

}  // namespace headgate::fakeapi
