// Fixture: OnePod, whose host y.test has an Ingress with the annotations of a test.
#pragma once

#include <string>

#include "integration/one_pod.h"

namespace headgate::test_support {

class AnnotatedPod : public OnePod {
 protected:
  // Headgate with y.test so annotated, and `settings` in its ConfigMap.
  void start_annotated(const FieldList& annotations, const FieldList& settings = {},
                       std::string_view more = "", unsigned workers = 1) {
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    options.workers = workers;
    start(options, config_map("headgate", settings) + std::string(more));
    annotate(annotations);
    ASSERT_TRUE(eventually(
        [&] { return headgate->admin("/debug/routes").body.find("host y.test") != std::string::npos; }));
  }
  // Writes the Ingress of y.test anew.
  void annotate(const FieldList& annotations, std::string_view path = "/") {
    IngressSpec spec;
    spec.name = "other";
    spec.rules = {{"y.test", {{std::string(path), "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("y.yaml", ingress(spec));
  }
  [[nodiscard]] HttpResponse ask_y(std::string_view fields = "", std::string_view method = "GET",
                                   std::string_view path = "/") const {
    return ask(make_request(method, "y.test", path, fields), method);
  }
  [[nodiscard]] bool wait_for_finding(const std::string& text) const {
    return headgate->wait_for_finding(text);
  }
};

}  // namespace headgate::test_support
