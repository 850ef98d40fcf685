// Input made to hurt: each must end in Findings, soon and in bounded memory.
#include <gtest/gtest.h>

#include <string>

#include "k8swatch/manifest_decoder.h"

namespace headgate::k8swatch {
namespace {

constexpr const char* kNeighbour = "\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: neighbour}\n";

// The text as a document of a YAML file: refused with one Finding, and the document behind it still works.
std::string refusal(const std::string& text) {
  const DecodedManifest manifest = decode_manifest_text(text + kNeighbour, "a.yaml");
  if (manifest.objects.size() != 1 || to_string(key_of(manifest.objects[0])) != "Namespace neighbour") {
    return "the neighbour is lost";
  }
  return manifest.findings.size() == 1 ? to_string(manifest.findings[0])
                                       : std::to_string(manifest.findings.size()) + " findings";
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

TEST(HostileManifest, DeepNesting) {
  EXPECT_EQ(refusal(repeated("- ", 100'000)), "error: a.yaml:1: nested deeper than 100");
  EXPECT_TRUE(refusal("a: " + repeated("[", 100'000)).starts_with("error: a.yaml:1"));
  EXPECT_TRUE(refusal(repeated("{a: ", 100'000)).starts_with("error: a.yaml:1"));
  EXPECT_TRUE(refusal("a: " + repeated("[", 200) + repeated("]", 200)).ends_with("nested deeper than 100"));
  std::string ladder;
  for (int i = 0; i < 500; ++i) ladder += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(refusal(ladder), "error: a.yaml:101: nested deeper than 100");
}

TEST(HostileManifest, DeepJson) {
  const DecodedManifest manifest = decode_manifest_text(repeated("{\"a\":", 1'000'000), "a.json");
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_EQ(to_string(manifest.findings[0]), "error: a.json:1: not valid JSON: nested deeper than 100");
}

TEST(HostileManifest, AliasBombs) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    const std::string previous = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [" + previous + repeated("," + previous, 8) + "]\n";
  }
  EXPECT_TRUE(refusal(bomb).ends_with("anchors and aliases expand to more than 1048576 bytes"))
      << refusal(bomb);
  std::string merges = "a: &a {" + repeated("\"k\": x,", 0) + "k0: x";
  for (int i = 1; i < 20'000; ++i) merges += ", k" + std::to_string(i) + ": x";
  merges += "}\nb: [" + repeated("{<<: *a},", 1000) + "]\n";
  EXPECT_TRUE(refusal(merges).ends_with("anchors and aliases expand to more than 1048576 bytes"));
}

TEST(HostileManifest, HugeScalars) {
  EXPECT_EQ(refusal("a: \"" + std::string(4'000'000, 'x') + "\""),
            "error: a.yaml:1: apiVersion: is required");
  const std::string name(4'000'000, 'n');
  const std::string refused = refusal("apiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}");
  EXPECT_LT(refused.size(), 400U);
  EXPECT_TRUE(refused.starts_with("error: a.yaml:")) << refused;
}

TEST(HostileManifest, ManyKeys) {
  std::string keys;
  for (int i = 0; i < 100'000; ++i) keys += "k" + std::to_string(i) + ": x\n";
  EXPECT_EQ(refusal(keys), "error: a.yaml:1: apiVersion: is required");
}

TEST(HostileManifest, InvalidUtf8) {
  EXPECT_EQ(refusal("apiVersion: v1\nkind: \"a\xC0\xAF\""), "error: a.yaml:1: not valid UTF-8");
  const DecodedManifest json = decode_manifest_text(
      "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\"},\"data\":{\"k\":\"\xFF\"}"
      "}",
      "a.json");
  EXPECT_TRUE(json.objects.empty());
  ASSERT_EQ(json.findings.size(), 1U);
}

TEST(HostileManifest, ControlBytes) {
  EXPECT_EQ(refusal(std::string("a: 1\nb: x\0y", 11)),
            "error: a.yaml:2: not text: it holds the control byte 0");
  EXPECT_EQ(refusal("a: \x1B[2J"), "error: a.yaml:1: not text: it holds the control byte 27");
}

TEST(HostileManifest, EscapedControlBytesDoNotBecomeNames) {
  EXPECT_TRUE(
      refusal("apiVersion: v1\nkind: Service\nmetadata: {name: \"a\\0b\"}").find("is not a valid name") !=
      std::string::npos);
}

TEST(HostileManifest, Utf16IsNoText) {
  const std::string utf16(
      "\xFF\xFE"
      "a\0:\0 \0001\0",
      10);
  const DecodedManifest manifest = decode_manifest_text(utf16, "a.yaml");
  ASSERT_EQ(manifest.findings.size(), 1U);
  EXPECT_TRUE(manifest.objects.empty());
}

TEST(HostileManifest, EveryPrefixOfAManifestIsHandled) {
  const std::string yaml =
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"s\"\n  annotations: {a: 'b', <<: {c: d}}\n"
      "data:\n  k: &x aGVsbG8=\nstringData: {l: *x, m: |\n   text}\n";
  for (std::size_t size = 0; size <= yaml.size(); ++size) {
    const DecodedManifest manifest = decode_manifest_text(yaml.substr(0, size), "a.yaml");
    EXPECT_LE(manifest.objects.size() + manifest.findings.size(), 1U) << size;
  }
  const std::string json =
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s\u0041"},"data":{"k":"aGk="}})";
  for (std::size_t size = 1; size < json.size(); ++size) {
    const DecodedManifest manifest = decode_manifest_text(json.substr(0, size), "a.json");
    EXPECT_TRUE(manifest.objects.empty()) << size;
    EXPECT_EQ(manifest.findings.size(), 1U) << size;
  }
}

// A fixed pseudo-random walk: flips bytes of a good manifest. Nothing to check but that it ends and that
// memory is left alone (sanitizers watch).
TEST(HostileManifest, RandomDamageIsSurvived) {
  const std::string yaml =
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: s\n  labels: &l {a: b}\n"
      "addressType: IPv4\nendpoints:\n- addresses: [10.0.0.1]\n  conditions: {ready: true}\n  x: "
      "*l\nports:\n- port: 80\n";
  const std::string json =
      R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},)"
      R"("spec":{"ports":[{"name":"http","port":80,"targetPort":"web"}]}},{"kind":"X"}]})";
  std::uint32_t state = 12345;
  const auto random = [&state] { return state = state * 1664525U + 1013904223U; };
  std::size_t outcomes = 0;
  for (int round = 0; round < 3000; ++round) {
    for (const auto& [text, origin] : {std::pair(yaml, "a.yaml"), std::pair(json, "a.json")}) {
      std::string damaged = text;
      for (std::uint32_t i = 0; i <= round % 4U; ++i) {
        damaged[(random() >> 8) % damaged.size()] = static_cast<char>(random() >> 16);
      }
      const DecodedManifest manifest = decode_manifest_text(damaged, origin);
      outcomes += manifest.objects.size() + manifest.findings.size();
    }
  }
  EXPECT_GT(outcomes, 3000U);
}

}  // namespace
}  // namespace headgate::k8swatch
