#include "k8swatch/manifest_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Outcome {
  std::vector<std::string> objects;
  std::vector<std::string> findings;
};

Outcome decode(std::string_view text, std::string_view origin = "a.yaml") {
  const DecodedManifest manifest = decode_manifest_text(text, origin);
  Outcome outcome;
  for (const Object& object : manifest.objects) outcome.objects.push_back(to_string(key_of(object)));
  for (const Finding& finding : manifest.findings) outcome.findings.push_back(to_string(finding));
  return outcome;
}

TEST(ManifestDecoder, YamlAndJsonGiveTheSameObjects) {
  const auto yaml = decode_manifest_text(R"(
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: "8m"
spec:
  rules:
  - host: "*.example.com"
    http:
      paths:
      - path: /a
        pathType: Prefix
        backend: {service: {name: web, port: {number: 80}}}
)",
                                         "a.yaml");
  const auto json = decode_manifest_text(
      R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web","annotations":
      {"nginx.ingress.kubernetes.io/proxy-body-size":"8m"}},"spec":{"rules":[{"host":"*.example.com","http":{"paths":
      [{"path":"/a","pathType":"Prefix","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}})",
      "a.json");
  ASSERT_EQ(yaml.objects.size(), 1U);
  ASSERT_EQ(json.objects.size(), 1U);
  EXPECT_TRUE(same_content(yaml.objects[0], json.objects[0]));
}

TEST(ManifestDecoder, FindsTheKindWhereverItStands) {
  EXPECT_THAT(decode("metadata: {name: x}\nkind: ConfigMap\napiVersion: v1\n").objects,
              ElementsAre("ConfigMap default/x"));
}

TEST(ManifestDecoder, SkipsForeignKindsSilently) {
  const Outcome outcome = decode(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: 7}\n---\n"
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
  EXPECT_THAT(outcome.objects, ElementsAre("Namespace shop"));
  EXPECT_THAT(outcome.findings, IsEmpty());
}

TEST(ManifestDecoder, ABrokenDocumentHarmsOnlyItself) {
  const Outcome outcome = decode(R"(apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports:
  - name: http
    port: eighty
---
kind: {unclosed
---
apiVersion: v1
kind: Namespace
metadata: {name: b}
)");
  EXPECT_THAT(outcome.objects, ElementsAre("Namespace a", "Namespace b"));
  ASSERT_EQ(outcome.findings.size(), 2U);
  EXPECT_EQ(outcome.findings[0],
            "error: Service shop/web: spec.ports[0].port: expected a number, found a string (a.yaml:11)");
  EXPECT_TRUE(outcome.findings[1].starts_with("error: a.yaml:1")) << outcome.findings[1];
}

TEST(ManifestDecoder, NamesFileAndLineWhereNoObjectCanBeNamed) {
  EXPECT_THAT(decode("\n\nkind: Ingress\n").findings,
              ElementsAre("error: a.yaml:3: apiVersion: is required"));
  EXPECT_THAT(decode("apiVersion: v1\n").findings, ElementsAre("error: a.yaml:1: kind: is required"));
  EXPECT_THAT(decode("- a\n").findings, ElementsAre("error: a.yaml:1: expected an object, found a list"));
  EXPECT_THAT(decode("just text\n").findings,
              ElementsAre("error: a.yaml:1: expected an object, found a string"));
  EXPECT_THAT(
      decode("apiVersion: v1\nkind: Service\nmetadata:\n  name: 12\n").findings,
      ElementsAre(
          "error: a.yaml:4: metadata.name: expected a string, found the number 12 (put it in quotes)"));
  EXPECT_THAT(
      decode("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\n\"metadata\":\n{\"name\":12}}", "b.json")
          .findings,
      ElementsAre(
          "error: b.json:3: metadata.name: expected a string, found the number 12 (put it in quotes)"));
}

TEST(ManifestDecoder, SaysHowToConvertOldVersions) {
  EXPECT_THAT(
      decode("apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: old}\n").findings,
      ElementsAre("error: Ingress default/old: apiVersion: extensions/v1beta1 is not supported; convert the "
                  "object to networking.k8s.io/v1 (a.yaml:1)"));
}

TEST(ManifestDecoder, RefusesUnquotedBooleansUnderAnnotations) {
  EXPECT_THAT(
      decode(R"(apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: off
)")
          .findings,
      ElementsAre("error: Ingress default/web: "
                  "metadata.annotations[nginx.ingress.kubernetes.io/ssl-redirect]: expected a string, found "
                  "the boolean false (put it in quotes) (a.yaml:6)"));
}

TEST(ManifestDecoder, UnpacksListsInYamlAndJson) {
  const char* yaml = R"(apiVersion: v1
items:
- apiVersion: v1
  kind: Namespace
  metadata: {name: a}
- apiVersion: v1
  kind: Namespace
  metadata: {name: B}
- apiVersion: v1
  kind: Namespace
  metadata: {name: c}
kind: List
)";
  const Outcome outcome = decode(yaml);
  EXPECT_THAT(outcome.objects, ElementsAre("Namespace a", "Namespace c"));
  EXPECT_THAT(outcome.findings,
              ElementsAre("error: a.yaml:6: metadata.name: \"B\" is not a valid name: lower-case "
                          "letters, digits and '-', at most 63"));
  EXPECT_THAT(decode(R"({"apiVersion":"v1","kind":"List","items":[
      {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}},
      {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}]})",
                     "a.json")
                  .objects,
              ElementsAre("Namespace a", "Secret default/s"));
}

TEST(ManifestDecoder, TheLastOfTwoDefinitionsCounts) {
  const auto manifest = decode_manifest_text(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: first}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: second}\n",
      "a.yaml");
  ASSERT_EQ(manifest.objects.size(), 1U);
  EXPECT_EQ(std::get<std::shared_ptr<const ConfigMap>>(manifest.objects[0])->data[0].second, "second");
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_EQ(to_string(manifest.findings[0]),
            "warning: ConfigMap default/c: is defined more than once in a.yaml; the last one counts");
}

TEST(ManifestDecoder, KeepsOnlyAnnotationsWithItsPrefixes) {
  DecodeOptions options;
  options.annotation_prefixes = {"my.example.com/"};
  const auto manifest = decode_manifest_text(
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: w\n  annotations:\n"
      "    my.example.com/a: x\n    nginx.ingress.kubernetes.io/b: z\n",
      "a.yaml", options);
  ASSERT_EQ(manifest.objects.size(), 1U);
  EXPECT_EQ(metadata_of(manifest.objects[0]).annotations, (StringPairs{{"my.example.com/a", "x"}}));
}

}  // namespace
}  // namespace headgate::k8swatch
