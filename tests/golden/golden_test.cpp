// cases/*.yaml, translated as standalone mode does, must give cases/*.routes byte for byte: the table, the
// Clusters with their endpoints, and the Findings. Run with HEADGATE_GOLDEN_UPDATE=1 to write the .routes
// files anew; the diff is then the review.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "k8swatch/controller.h"
#include "k8swatch/manifest_decoder.h"

namespace headgate::k8swatch {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNow = 1800000000;  // the certificates of the cases are made for this time

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(HEADGATE_GOLDEN_DIR))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::string translate(const std::vector<Object>& objects, const std::vector<Finding>& source_findings) {
  ControllerOptions options;
  options.translation.classes.standalone = true;
  options.translation.endpoints.allow_loopback = true;
  options.translation.ssl_passthrough = true;
  // As if the flags named these objects wherever a case has them.
  for (const Object& object : objects) {
    const std::string key = to_string(key_of(object));
    if (key == "ConfigMap ingress/settings") options.translation.config_map = "ingress/settings";
    if (key == "Secret ingress/certificate")
      options.translation.certificates.default_secret = "ingress/certificate";
    if (key == "Service ingress/fallback") options.translation.default_backend_service = "ingress/fallback";
  }
  options.now = [] { return TimePoint{}; };
  options.translation.certificates.wall_seconds = [] { return kNow; };
  static const auto kFake = tls::Certificate::make_fake();  // making one takes a while
  options.translation.certificates.make_fake = [] { return kFake; };
  Controller controller(options, [](const std::shared_ptr<const router::Publication>&) {});
  controller.set_source_findings("case", source_findings);
  for (const Object& object : objects) controller.upsert(object);
  controller.synced();
  controller.run_due(TimePoint{});
  std::string text = controller.dump();
  for (const Finding& finding : controller.findings()) text += to_string(finding) + "\n";
  return text;
}

class Golden : public ::testing::TestWithParam<fs::path> {};

TEST_P(Golden, GivesTheseRoutesInAnyOrder) {
  DecodedManifest manifest = decode_manifest_text(read(GetParam()), GetParam().filename().string());
  const std::string actual = translate(manifest.objects, manifest.findings);
  fs::path expected = GetParam();
  expected.replace_extension(".routes");
  if (std::getenv("HEADGATE_GOLDEN_UPDATE") != nullptr) std::ofstream(expected, std::ios::binary) << actual;
  EXPECT_EQ(actual, read(expected));

  std::mt19937 random(1);
  for (int i = 0; i < 5; ++i) {
    std::shuffle(manifest.objects.begin(), manifest.objects.end(), random);
    ASSERT_EQ(translate(manifest.objects, manifest.findings), actual);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(cases()), [](const auto& each) {
  std::string name = each.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace headgate::k8swatch
