#include "k8swatch/object_decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "support/test_certificates.h"

namespace headgate::k8swatch {
namespace {

// Decodes one JSON object; the text of the error is "<field>: <reason>".
template <typename T>
struct Decoded {
  T object;
  std::string error;
};

template <typename T, typename Decode>
Decoded<T> decode_with(Decode decode, std::string json, const DecodeOptions& options = {}) {
  json.reserve(json.size() + kJsonPadding);
  JsonReader reader;
  JsonValue value;
  Decoded<T> out;
  if (!reader.open(json) || !reader.root(value) || !decode(reader, value, options, out.object)) {
    out.error = reader.error().field + ": " + reader.error().reason;
  }
  return out;
}
Decoded<Ingress> ingress(std::string json) { return decode_with<Ingress>(decode_ingress, std::move(json)); }
Decoded<Service> service(std::string json) { return decode_with<Service>(decode_service, std::move(json)); }
Decoded<EndpointSlice> slice(std::string json) {
  return decode_with<EndpointSlice>(decode_endpoint_slice, std::move(json));
}
Decoded<Secret> secret(std::string json) { return decode_with<Secret>(decode_secret, std::move(json)); }

// As a JSON string: PEM has line breaks and nothing else to escape.
std::string quoted(const std::string& pem) {
  std::string text = "\"";
  for (const char c : pem) text += c == '\n' ? std::string("\\n") : std::string(1, c);
  return text + "\"";
}

std::string ingress_with_backend(const std::string& backend) {
  return R"({"metadata":{"name":"w"},"spec":{"rules":[{"http":{"paths":[{"backend":)" + backend + "}]}}]}}";
}

TEST(DecodeIngress, ReadsEverythingItUses) {
  const auto [object, error] = ingress(R"({
    "spec": {
      "tls": [{"hosts": ["a.example.com", "b.example.com"], "secretName": "cert"}, {}],
      "ingressClassName": "headgate",
      "defaultBackend": {"service": {"name": "fallback", "port": {"number": 8080}}},
      "rules": [
        {"host": "a.example.com", "http": {"paths": [
          {"path": "/x", "pathType": "Exact", "backend": {"service": {"name": "x", "port": {"name": "http"}}}},
          {"backend": {"resource": {"kind": "Bucket", "name": "b"}}}]}},
        {"host": "b.example.com"}]},
    "metadata": {
      "name": "web", "namespace": "shop", "uid": "u-1", "resourceVersion": "77", "generation": 3,
      "creationTimestamp": "2024-05-01T12:00:00Z",
      "annotations": {"nginx.ingress.kubernetes.io/rewrite-target": "/", "other": "x",
                      "kubernetes.io/ingress.class": "nginx"},
      "managedFields": [{"manager": "kubectl"}]},
    "status": {"loadBalancer": {}}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.metadata.name, "web");
  EXPECT_EQ(object.metadata.namespace_name, "shop");
  EXPECT_EQ(object.metadata.uid, "u-1");
  EXPECT_EQ(object.metadata.resource_version, "77");
  EXPECT_EQ(object.metadata.generation, 3);
  EXPECT_EQ(object.metadata.creation_time, 1714564800);
  EXPECT_EQ(object.metadata.annotations, (StringPairs{{"nginx.ingress.kubernetes.io/rewrite-target", "/"},
                                                      {"kubernetes.io/ingress.class", "nginx"}}));
  EXPECT_EQ(object.class_name, "headgate");
  ASSERT_TRUE(object.default_backend);
  EXPECT_EQ(object.default_backend->service, "fallback");
  EXPECT_EQ(object.default_backend->port, (PortRef{8080, ""}));
  ASSERT_EQ(object.rules.size(), 2U);
  EXPECT_TRUE(object.rules[0].has_http);
  ASSERT_EQ(object.rules[0].paths.size(), 2U);
  EXPECT_EQ(object.rules[0].paths[0].path, "/x");
  EXPECT_EQ(object.rules[0].paths[0].path_type, "Exact");
  EXPECT_EQ(object.rules[0].paths[0].backend.port, (PortRef{0, "http"}));
  EXPECT_EQ(object.rules[0].paths[1].backend.service, "");
  EXPECT_FALSE(object.rules[1].has_http);
  ASSERT_EQ(object.tls.size(), 2U);
  EXPECT_EQ(object.tls[0].hosts, (std::vector<std::string>{"a.example.com", "b.example.com"}));
  EXPECT_EQ(object.tls[0].secret_name, "cert");
}

TEST(DecodeIngress, ReadsNullAsAbsent) {
  const auto [object, error] = ingress(
      R"({"metadata":{"name":"w","namespace":null,"annotations":null,"creationTimestamp":null},
          "spec":{"rules":null,"tls":null,"ingressClassName":null,"defaultBackend":null}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.metadata.namespace_name, "default");
  EXPECT_FALSE(object.class_name);
  EXPECT_FALSE(object.default_backend);
}

TEST(DecodeIngress, ReadsWhereItIsReached) {
  const auto [object, error] = ingress(R"({"metadata":{"name":"w"},"status":{"loadBalancer":{"ingress":[
      {"ip":"192.0.2.1","ports":[{"port":80,"protocol":"TCP"}]},{"hostname":"lb.example.com"}]}}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.addresses, (std::vector<LoadBalancerAddress>{{"", "192.0.2.1"}, {"lb.example.com", ""}}));
  const auto empty = ingress(R"({"metadata":{"name":"w"},"status":{"loadBalancer":{"ingress":null}}})");
  ASSERT_EQ(empty.error, "");
  EXPECT_TRUE(empty.object.addresses.empty());
  EXPECT_EQ(ingress(R"({"metadata":{"name":"w"},"status":{"loadBalancer":{"ingress":[{"ip":1}]}}})").error,
            "status.loadBalancer.ingress[0].ip: expected a string, found the number 1 (put it in quotes)");
}

TEST(DecodeIngress, NamesTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"metadata":{}})", "metadata.name: is required"},
      {R"({"metadata":{"name":"Web"}})",
       "metadata.name: \"Web\" is not a valid name: lower-case letters, digits and '-' and '.', at most 253"},
      {R"({"metadata":{"name":"w","namespace":"../x"}})",
       "metadata.namespace: \"../x\" is not a valid namespace: lower-case letters, digits and '-', at most "
       "63"},
      {R"({"metadata":{"name":7}})",
       "metadata.name: expected a string, found the number 7 (put it in quotes)"},
      {R"({"metadata":{"name":["w"]}})", "metadata.name: expected a string, found a list"},
      {R"({"metadata":[]})", "metadata: expected an object, found a list"},
      {R"({"metadata":{"name":"w","annotations":{"a.b/c":true}}})",
       "metadata.annotations[a.b/c]: expected a string, found the boolean true (put it in quotes)"},
      {R"({"metadata":{"name":"w","creationTimestamp":"yesterday"}})",
       "metadata.creationTimestamp: expected an RFC 3339 time, found \"yesterday\""},
      {R"({"metadata":{"name":"w"},"spec":{"rules":{}}})", "spec.rules: expected a list, found an object"},
      {R"({"metadata":{"name":"w"},"spec":{"rules":[{"host":1.5}]}})",
       "spec.rules[0].host: expected a string, found the number 1.5 (put it in quotes)"},
      {R"({"metadata":{"name":"w"},"spec":{"rules":[{},{"http":{"paths":[{"pathType":"prefix"}]}}]}})",
       "spec.rules[1].http.paths[0].pathType: expected Exact or Prefix or ImplementationSpecific, found "
       "\"prefix\""},
      {R"({"metadata":{"name":"w"},"spec":{"rules":[{"http":{"paths":[{"path":"/"}]}}]}})",
       "spec.rules[0].http.paths[0].backend: is required"},
      {R"({"metadata":{"name":"w"},"spec":{"ingressClassName":"a\u001b[2Jb"}})",
       "spec.ingressClassName: \"a\x1b[2Jb\" is not a valid name: lower-case letters, digits and '-' and "
       "'.', "
       "at most 253"},
      {R"({"metadata":{"name":"w"},"spec":{"backend":{"serviceName":"x"}}})",
       "spec.backend: belongs to the v1beta1 API; v1 writes defaultBackend"},
  };
  for (const auto& [json, expected] : cases) EXPECT_EQ(ingress(json).error, expected) << json;
}

TEST(DecodeIngress, NamesWhatIsWrongWithABackend) {
  const std::string at = "spec.rules[0].http.paths[0].backend";
  const std::pair<const char*, std::string> cases[] = {
      {R"({"service":{"name":"s","port":{"number":0}}})",
       at + ".service.port.number: expected a whole number from 1 to 65535, found 0"},
      {R"({"service":{"name":"s","port":{"number":80.5}}})",
       at + ".service.port.number: expected a whole number from 1 to 65535, found 80.5"},
      {R"({"service":{"name":"s","port":{"number":99999999999999999999}}})",
       at + ".service.port.number: expected a whole number from 1 to 65535, found 99999999999999999999"},
      {R"({"service":{"name":"s","port":{"number":"80"}}})",
       at + ".service.port.number: expected a number, found a string"},
      {R"({"service":{"name":"s","port":{"number":80,"name":"http"}}})",
       at + ".service.port: give the port either by number or by name, not both"},
      {R"({"service":{"name":"s","port":{}}})", at + ".service.port: needs a number or a name"},
      {R"({"service":{"port":{"number":80}}})", at + ".service.name: is required"},
      {R"({"service":{"name":"s\nerror: x","port":{"number":80}}})",
       at + ".service.name: \"s\nerror: x\" is not a valid name: lower-case letters, digits and '-', at most "
            "63"},
      {R"({"service":{"name":"s.other","port":{"number":80}}})",
       at + ".service.name: \"s.other\" is not a valid name: lower-case letters, digits and '-', at most 63"},
      {R"({})", at + ": names neither a service nor a resource"},
      {R"({"service":{"name":"s","port":{"number":80}},"resource":{}})",
       at + ": names both a service and a resource"},
      {R"({"serviceName":"s","servicePort":80})",
       at + ".serviceName: belongs to the v1beta1 API; v1 writes service.name and service.port"},
  };
  for (const auto& [backend, expected] : cases) {
    EXPECT_EQ(ingress(ingress_with_backend(backend)).error, expected) << backend;
  }
}

TEST(DecodeIngressClass, ReadsControllerAndDefault) {
  const auto [object, error] = decode_with<IngressClass>(decode_ingress_class,
                                                         R"({"metadata":{"name":"c","namespace":"ignored",
          "annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}},"spec":{"controller":"x/y"}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.controller, "x/y");
  EXPECT_TRUE(object.is_default);
  EXPECT_EQ(object.metadata.namespace_name, "");
}

TEST(DecodeService, ReadsPorts) {
  const auto [object, error] = service(
      R"({"metadata":{"name":"s"},"spec":{"clusterIP":"None","ipFamilies":["IPv6","IPv4"],"ports":[
          {"name":"http","port":80,"targetPort":"web","protocol":"TCP","appProtocol":"kubernetes.io/h2c"},
          {"port":81,"targetPort":8081},{"port":82}]}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.type, "ClusterIP");
  EXPECT_EQ(object.cluster_ip, "None");
  EXPECT_EQ(object.ip_families, (std::vector<std::string>{"IPv6", "IPv4"}));
  ASSERT_EQ(object.ports.size(), 3U);
  EXPECT_EQ(object.ports[0].target_port, (PortRef{0, "web"}));
  EXPECT_EQ(object.ports[0].app_protocol, "kubernetes.io/h2c");
  EXPECT_EQ(object.ports[1].target_port, (PortRef{8081, ""}));
  EXPECT_EQ(object.ports[2].target_port, (PortRef{0, ""}));
}

TEST(DecodeService, TakesAnyLabelAsTheNameOfAPort) {
  const std::string longest(63, 'p');
  for (const std::string& name : {std::string("prometheus-metrics-port"), std::string("8080"), longest}) {
    const auto [object, error] =
        service(R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":")" + name + R"("}]}})");
    ASSERT_EQ(error, "");
    EXPECT_EQ(object.ports[0].name, name);
  }
}

TEST(DecodeService, NamesTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":"A"}]}})",
       "spec.ports[0].name: \"A\" is not a valid name: lower-case letters, digits and '-', at most 63"},
      {R"({"metadata":{"name":"a.b"}})",
       "metadata.name: \"a.b\" is not a valid name: lower-case letters, digits and '-', at most 63"},
      {R"({"metadata":{"name":"s"},"spec":{"ports":[{"name":"x"}]}})", "spec.ports[0].port: is required"},
      {R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"targetPort":"8080"}]}})",
       "spec.ports[0].targetPort: \"8080\" is not a port name: at most 15 lower-case letters, digits and "
       "'-', with "
       "at least one letter"},
      {R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"protocol":"tcp"}]}})",
       "spec.ports[0].protocol: expected TCP or UDP or SCTP, found \"tcp\""},
      {R"({"metadata":{"name":"s"},"spec":{"type":"External"}})",
       "spec.type: expected ClusterIP or NodePort or LoadBalancer or ExternalName, found \"External\""},
  };
  for (const auto& [json, expected] : cases) EXPECT_EQ(service(json).error, expected) << json;
}

TEST(DecodeEndpointSlice, ReadsEndpointsAndPorts) {
  const auto [object, error] = slice(
      R"({"metadata":{"name":"s-1","labels":{"kubernetes.io/service-name":"s","x":"y"}},"addressType":"IPv4",
          "endpoints":[
            {"addresses":["10.0.0.1","10.0.0.2"],"conditions":{"ready":true,"serving":null,"terminating":false},
             "targetRef":{"uid":"u"},"hints":{"forZones":[{"name":"a"},{"name":"b"}],"forNodes":[{"name":"n"}]}},
            {"addresses":["10.0.0.3"]}],
          "ports":[{"name":"http","port":8080,"protocol":"TCP"},{"port":null}]})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.service_name, "s");
  ASSERT_EQ(object.endpoints.size(), 2U);
  EXPECT_EQ(object.endpoints[0].address, "10.0.0.1");
  EXPECT_EQ(object.endpoints[0].ready, true);
  EXPECT_EQ(object.endpoints[0].serving, std::nullopt);
  EXPECT_EQ(object.endpoints[0].terminating, false);
  EXPECT_EQ(object.endpoints[0].target_uid, "u");
  EXPECT_EQ(object.endpoints[0].for_zones, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(object.endpoints[0].for_nodes, (std::vector<std::string>{"n"}));
  EXPECT_EQ(object.endpoints[1].ready, std::nullopt);
  ASSERT_EQ(object.ports.size(), 2U);
  EXPECT_EQ(object.ports[0].port, 8080);
  EXPECT_EQ(object.ports[1].port, std::nullopt);
}

TEST(DecodeEndpointSlice, TakesNullLists) {
  EXPECT_EQ(slice(R"({"metadata":{"name":"s"},"addressType":"IPv6","endpoints":null,"ports":null})").error,
            "");
}

TEST(DecodeEndpointSlice, NamesTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"metadata":{"name":"s"}})", "addressType: is required"},
      {R"({"metadata":{"name":"s"},"addressType":"IPv5"})",
       "addressType: expected IPv4 or IPv6 or FQDN, found \"IPv5\""},
      {R"({"metadata":{"name":"s"},"addressType":"IPv4","endpoints":[{"addresses":"10.0.0.1"}]})",
       "endpoints[0].addresses: expected a list, found a string"},
      {R"({"metadata":{"name":"s"},"addressType":"IPv4","endpoints":[{"addresses":["a"],"conditions":{"ready":"true"}}]})",
       "endpoints[0].conditions.ready: expected true or false, found a string"},
      {R"({"metadata":{"name":"s"},"addressType":"IPv4","ports":[{"port":-1}]})",
       "ports[0].port: expected a whole number from 1 to 65535, found -1"},
  };
  for (const auto& [json, expected] : cases) EXPECT_EQ(slice(json).error, expected) << json;
}

TEST(DecodeEndpointSlice, ABadAddressIsNotTheEndOfTheSlice) {
  const auto [object, error] = slice(
      R"({"metadata":{"name":"s"},"addressType":"IPv4","endpoints":[{"addresses":[]},{"addresses":["x"]},
          {"addresses":[10.5]},{"addresses":[{"ip":"10.0.0.9"}]},{},{"addresses":null},
          {"addresses":["10.0.0.1"]}]})");
  ASSERT_EQ(error, "");
  std::vector<std::string> addresses;
  for (const SliceEndpoint& endpoint : object.endpoints) addresses.push_back(endpoint.address);
  EXPECT_EQ(addresses, (std::vector<std::string>{"", "x", "10.5", "{", "", "", "10.0.0.1"}));
}

TEST(DecodeSecret, DecodesDataAndLetsStringDataWin) {
  const auto [object, error] = secret(
      R"({"metadata":{"name":"s"},"type":"kubernetes.io/tls","stringData":{"ca.crt":"text","ca.crl":"new"},
          "data":{"ticket-key-1":"YWJj","ca.crt":"eHh4"}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.type, "kubernetes.io/tls");
  EXPECT_EQ(object.data, (StringPairs{{"ticket-key-1", "abc"}, {"ca.crt", "text"}, {"ca.crl", "new"}}));
}

TEST(DecodeSecret, KeepsNoDataThatNobodyReads) {
  const auto [object, error] =
      secret(R"({"metadata":{"name":"s"},"stringData":{"password":"text"},"data":{"a":"YWJj"}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.metadata.name, "s");
  EXPECT_TRUE(object.data.empty());
  EXPECT_EQ(object.certificate_error, "holds neither tls.crt nor tls.key");
}

TEST(DecodeSecret, KeepsACertificateInsteadOfThePrivateKey) {
  const auto issued = test_support::self_signed({.common_name = "a.org", .dns_names = {"a.org"}});
  const std::string json = R"({"metadata":{"name":"s"},"type":"kubernetes.io/tls","stringData":{"tls.crt":)" +
                           quoted(issued.chain) + R"(,"tls.key":)" + quoted(issued.key) + "}}";
  const auto [object, error] = secret(json);
  ASSERT_EQ(error, "");
  ASSERT_NE(object.certificate, nullptr) << object.certificate_error;
  EXPECT_TRUE(object.certificate->covers("a.org"));
  EXPECT_TRUE(object.data.empty());
  const auto again = secret(json);
  EXPECT_EQ(again.object, object) << "the same text is the same Secret";
}

TEST(DecodeSecret, ABadCertificateIsToldAndCostsNotTheSecret) {
  const auto issued = test_support::self_signed({.common_name = "a.org", .dns_names = {"a.org"}});
  const auto other = test_support::self_signed({.common_name = "b.org", .dns_names = {"b.org"}});
  const auto [object, error] =
      secret(R"({"metadata":{"name":"s"},"stringData":{"tls.crt":)" + quoted(issued.chain) +
             R"(,"tls.key":)" + quoted(other.key) + R"(,"ca.crt":"x"}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.certificate, nullptr);
  EXPECT_NE(object.certificate_error, "");
  EXPECT_EQ(object.data, (StringPairs{{"ca.crt", "x"}}));
}

TEST(DecodeSecret, NeverQuotesWhatItHolds) {
  EXPECT_EQ(secret(R"({"metadata":{"name":"s"},"data":{"a.key":"hunter2!"}})").error,
            "data[a.key]: is not base64: unexpected character at byte 7");
  EXPECT_EQ(secret(R"({"metadata":{"name":"s"},"stringData":{"pin":1234}})").error,
            "stringData.pin: expected a string (put it in quotes)");
  EXPECT_EQ(secret(R"({"metadata":{"name":"s"},"data":{"flag":true}})").error,
            "data.flag: expected a string (put it in quotes)");
}

TEST(DecodeConfigMap, ReadsData) {
  const auto [object, error] = decode_with<ConfigMap>(
      decode_config_map, R"({"metadata":{"name":"c"},"data":{"k":"v","l":null},"binaryData":{"x":"AA=="}})");
  ASSERT_EQ(error, "");
  EXPECT_EQ(object.data, (StringPairs{{"k", "v"}, {"l", ""}}));
}

TEST(SupportOf, TellsOldVersionsFromForeignKinds) {
  Kind kind{};
  EXPECT_EQ(support_of({"networking.k8s.io/v1", "Ingress"}, kind), TypeSupport::supported);
  EXPECT_EQ(kind, Kind::ingress);
  EXPECT_EQ(support_of({"v1", "Namespace"}, kind), TypeSupport::supported);
  EXPECT_EQ(kind, Kind::namespace_);
  EXPECT_EQ(support_of({"extensions/v1beta1", "Ingress"}, kind), TypeSupport::old_version);
  EXPECT_EQ(support_of({"networking.k8s.io/v1beta1", "IngressClass"}, kind), TypeSupport::old_version);
  EXPECT_EQ(support_of({"discovery.k8s.io/v1beta1", "EndpointSlice"}, kind), TypeSupport::old_version);
  EXPECT_EQ(support_of({"serving.knative.dev/v1", "Service"}, kind), TypeSupport::foreign);
  EXPECT_EQ(support_of({"apps/v1", "Deployment"}, kind), TypeSupport::foreign);
}

TEST(ParseRfc3339, ReadsTimesWithOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2024-02-29T23:59:59Z"), 1709251199);
  EXPECT_EQ(parse_rfc3339("2024-05-01t14:00:00.123456+02:00"), 1714564800);
  EXPECT_EQ(parse_rfc3339("2024-05-01T06:30:00-05:30"), 1714564800);
}

TEST(ParseRfc3339, RefusesEverythingElse) {
  for (const char* bad :
       {"", "2024-05-01", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-05-01T24:00:00Z",
        "2024-05-01T00:60:00Z", "2024-05-01T00:00:00", "2024-05-01T00:00:00+2:00", "2024-05-01T00:00:00.Z",
        "2024-05-01T00:00:00Zx", "24-05-01T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace headgate::k8swatch
