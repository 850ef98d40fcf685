// Findings quote what tenants wrote; none of it may look like a Finding of its own.
#include "k8swatch/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller.h"
#include "k8swatch/manifest_decoder.h"

namespace headgate::k8swatch {
namespace {

using ::testing::ElementsAre;

TEST(Finding, IsOneLineOfPrintableAscii) {
  const Finding finding{Severity::error, "a\nb", "c\x1b[2J\x7f", "d\r\te\xc2\x9b\\n ~"};
  EXPECT_EQ(to_string(finding), R"(error: a\x0ab: c\x1b[2J\x7f: d\x0d\x09e\xc2\x9b\n ~)");
  EXPECT_EQ("error: " + line_of(finding), to_string(finding));
}

TEST(Finding, NoValueOfAManifestCanForgeOne) {
  ControllerOptions options;
  options.translation.classes.standalone = true;
  options.translation.config_map = "default/settings";
  Controller controller(options, [](const std::shared_ptr<const router::Publication>&) {});
  DecodeOptions of_settings;
  of_settings.config_map = options.translation.config_map;
  DecodedManifest manifest = decode_manifest_text(R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {proxy-body-size: "1\nerror: forged\e[2J"}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: host}
spec:
  rules:
    - {host: "a\nerror: forged\e[2J"}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: path}
spec:
  rules:
    - http: {paths: [{path: "/a\nerror: forged\e[2J", backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: service}
spec:
  defaultBackend: {service: {name: "a\nerror: forged\e[2J", port: {number: 80}}}
)",
                                                  "a.yaml", of_settings);
  controller.set_source_findings("a.yaml", manifest.findings);
  for (const Object& object : manifest.objects) controller.upsert(object);
  controller.synced();
  controller.run_due(Clock::now());
  std::vector<std::string> objects;
  for (const Finding& finding : controller.findings()) {
    const std::string line = to_string(finding);
    EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos) << line;
    EXPECT_NE(line.find(R"(\x0aerror: forged\x1b[2J)"), std::string::npos) << line;
    objects.push_back(finding.object);
  }
  EXPECT_THAT(objects, ElementsAre("ConfigMap default/settings", "Ingress default/host",
                                   "Ingress default/path", "Ingress default/service"));
}

}  // namespace
}  // namespace headgate::k8swatch
