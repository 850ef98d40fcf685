// The objects of the double's tests.
#pragma once

#include <string>

namespace headgate::fakeapi {

// JSON, as a client would post it.
inline std::string ingress_json(const std::string& name, const std::string& label = "1") {
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":")" + name +
         R"(","labels":{"x":")" + label + R"("}},"spec":{"ingressClassName":"headgate","rules":[{"host":")" +
         name +
         R"(.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s",)" +
         R"("port":{"number":80}}}}]}}]}})";
}

inline std::string config_map_json(const std::string& name, const std::string& value = "1") {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name + R"("},"data":{"v":")" +
         value + R"("}})";
}

inline constexpr const char* kIngresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
inline constexpr const char* kAllIngresses = "/apis/networking.k8s.io/v1/ingresses";
inline constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";

}  // namespace headgate::fakeapi
