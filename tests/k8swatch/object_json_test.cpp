#include "k8swatch/object_json.h"

#include <gtest/gtest.h>

#include "k8swatch/json_padding.h"
#include "k8swatch/object_decoder.h"
#include "k8swatch/secret_builders.h"

namespace headgate::k8swatch::testing {
namespace {

Metadata full_metadata(const std::string& namespace_name) {
  Metadata result = metadata("name", namespace_name);
  result.uid = "0a6b";
  result.resource_version = "77";
  result.creation_time = 1'700'000'000;
  result.generation = 3;
  result.annotations = {{"nginx.ingress.kubernetes.io/a", "tab\t quote\" back\\ \xc3\xa4 line\n"}};
  return result;
}

// What is decoded from what was written.
Object again(const Object& object) {
  std::string text;
  append_json(text, object);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const std::size_t size = text.size();
  text.append(kJsonPadding, '\0');
  JsonReader reader;
  TypeMeta type;
  Kind kind{};
  EXPECT_TRUE(reader.open(std::string_view(text).substr(0, size)) && decode_type(reader, type)) << text;
  EXPECT_EQ(support_of(type, kind), TypeSupport::supported) << text;
  const DecodeOptions options;
  auto decoded = decode_object(reader, kind, options);
  if (!decoded) ADD_FAILURE() << reader.error().field << ": " << reader.error().reason << "\n" << text;
  return decoded ? *decoded : object;
}

template <typename T>
void expect_same_again(T value) {
  const Object original = object(std::move(value));
  EXPECT_TRUE(same_content(again(original), original));
}

TEST(ObjectJson, KeepsAnIngress) {
  Ingress value =
      ingress("x", {rule("a.org", {path("/a", "s1"), path("/b", "s2", "Exact", "http")}), rule("", {})});
  value.metadata = full_metadata("default");
  value.rules.push_back({"b.org", false, {}});
  value.rules.push_back({"c.org", true, {{"", "", {}}}});  // a resource backend
  value.default_backend = backend("fallback");
  value.tls = {{{"a.org", "b.org"}, "cert"}, {{}, ""}};
  value.addresses = {{"", "192.0.2.1"}, {"lb.example.org", ""}};
  expect_same_again(value);
  value.class_name = std::nullopt;
  value.default_backend = std::nullopt;
  expect_same_again(value);
  value.class_name = "";
  expect_same_again(value);
}

TEST(ObjectJson, KeepsAnIngressClass) {
  IngressClass value = ingress_class("x");
  value.metadata = full_metadata("");
  expect_same_again(value);
  value.is_default = true;
  value.metadata.annotations.emplace_back("ingressclass.kubernetes.io/is-default-class", "true");
  expect_same_again(value);
}

TEST(ObjectJson, KeepsAService) {
  Service value;
  value.metadata = full_metadata("default");
  value.metadata.labels = {{"kubernetes.io/service-name", "odd"}};
  value.type = "LoadBalancer";
  value.cluster_ip = "10.0.0.7";
  value.external_name = "e.org";
  value.ip_families = {"IPv6", "IPv4"};
  value.ports = {{"http", 80, {8080, ""}, "TCP", "kubernetes.io/h2c"},
                 {"", 443, {0, "tls"}, "", ""},
                 {"c", 1, {}, "UDP", ""}};
  expect_same_again(value);
  Service least;
  least.metadata = metadata("least");
  least.type = "ClusterIP";
  expect_same_again(least);
}

TEST(ObjectJson, KeepsAnEndpointSlice) {
  EndpointSlice value;
  value.metadata = full_metadata("default");
  value.service_name = "web";
  value.address_type = "IPv6";
  value.endpoints = {{"fd00::1", "uid", true, false, true, {"a", "b"}, {"n"}}, {"", "", {}, {}, {}, {}, {}}};
  value.ports = {{"http", 8080, "TCP", "http"}, {"", {}, "", ""}};
  expect_same_again(value);
  value.service_name = "";
  expect_same_again(value);
}

TEST(ObjectJson, KeepsConfigMapsAndNamespaces) {
  ConfigMap config_map;
  config_map.metadata = full_metadata("default");
  config_map.data = {{"a", "1"}, {"", "empty key"}, {"b", ""}};
  expect_same_again(config_map);
  Namespace name_space;
  name_space.metadata = full_metadata("");
  expect_same_again(name_space);
}

TEST(ObjectJson, KeepsTheCertificateOfASecret) {
  for (const auto kind : {test_support::KeyKind::p256, test_support::KeyKind::rsa2048}) {
    Secret value = tls_secret("cert", certificate_for({"a.org"}, kind));
    value.data.emplace_back("ca.crt", std::string("\0\xff binary", 9));
    ASSERT_NE(value.certificate, nullptr);
    const auto read = std::get<std::shared_ptr<const Secret>>(again(object(value)));
    ASSERT_NE(read->certificate, nullptr) << read->certificate_error;
    EXPECT_EQ(read->certificate->facts().fingerprint, value.certificate->facts().fingerprint);
    EXPECT_EQ(read->data, value.data);
    EXPECT_EQ(read->type, value.type);
  }
}

// A field that is added to an object and not to object_json would be lost in a snapshot: whoever changes one
// of these numbers writes the field there and in the tests above.
TEST(ObjectJson, KnowsEveryField) {
  EXPECT_EQ(sizeof(Metadata), 4 * sizeof(std::string) + 2 * sizeof(std::int64_t) + 2 * sizeof(StringPairs));
  EXPECT_EQ(sizeof(PortRef), 8 + sizeof(std::string));
  EXPECT_EQ(sizeof(IngressBackend), sizeof(std::string) + sizeof(PortRef));
  EXPECT_EQ(sizeof(IngressPath), 2 * sizeof(std::string) + sizeof(IngressBackend));
  EXPECT_EQ(sizeof(IngressRule), sizeof(std::string) + 8 + sizeof(std::vector<IngressPath>));
  EXPECT_EQ(sizeof(IngressTls), sizeof(std::vector<std::string>) + sizeof(std::string));
  EXPECT_EQ(sizeof(Ingress), sizeof(Metadata) + sizeof(std::optional<std::string>) +
                                 sizeof(std::optional<IngressBackend>) +
                                 3 * sizeof(std::vector<IngressRule>));
  EXPECT_EQ(sizeof(IngressClass), sizeof(Metadata) + sizeof(std::string) + 8);
  EXPECT_EQ(sizeof(ServicePort), 3 * sizeof(std::string) + 8 + sizeof(PortRef));
  EXPECT_EQ(sizeof(Service),
            sizeof(Metadata) + 3 * sizeof(std::string) + 2 * sizeof(std::vector<std::string>));
  EXPECT_EQ(sizeof(SliceEndpoint), 2 * sizeof(std::string) + 8 + 2 * sizeof(std::vector<std::string>));
  EXPECT_EQ(sizeof(SlicePort), 3 * sizeof(std::string) + 8);
  EXPECT_EQ(sizeof(EndpointSlice), sizeof(Metadata) + 2 * sizeof(std::string) + 2 * sizeof(std::vector<int>));
  EXPECT_EQ(sizeof(Secret), sizeof(Metadata) + 2 * sizeof(std::string) + sizeof(StringPairs) +
                                sizeof(std::shared_ptr<int>) + sizeof(std::uint64_t));
  EXPECT_EQ(sizeof(ConfigMap), sizeof(Metadata) + sizeof(StringPairs));
  EXPECT_EQ(sizeof(Namespace), sizeof(Metadata));
}

}  // namespace
}  // namespace headgate::k8swatch::testing
