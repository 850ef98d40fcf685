// Fixture: one Headgate, one pod behind host x.test, and whatever a test adds.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/backend_scripts.h"
#include "support/echo_backend.h"
#include "support/gate.h"
#include "support/headgate_process.h"
#include "support/manifests.h"

namespace headgate::test_support {

class OnePod : public ::testing::Test {
 protected:
  // Writes Ingress, Service and EndpointSlice of the pod, and `more` documents, and starts Headgate.
  void start(const HeadgateOptions& options = {}, std::string_view more = "") {
    folder.write("web.yaml", ingress("web", "x.test", "web") + service_of("web", pod) + std::string(more));
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  // The same with settings of the ConfigMap that --configmap names.
  void start_with_settings(const FieldList& settings) {
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    start(options, config_map("headgate", settings));
  }
  [[nodiscard]] RawClient client() const { return RawClient(headgate->http_port()); }
  // One request on a connection of its own, as written.
  [[nodiscard]] HttpResponse ask(std::string_view request, std::string_view method = "GET") const {
    RawClient one = client();
    return one.exchange(request, method);
  }
  // A plain request on a new connection still gets its own answer.
  void expect_still_serving() const {
    const HttpResponse response = headgate->get("x.test", "/still-serving");
    EXPECT_EQ(response.status, 200) << response.start_line << response.problem;
    EXPECT_NE(response.body.find("target=/still-serving\n"), std::string::npos) << response.body;
  }

  // Several new connections, so that every pooled upstream connection is met.
  void expect_nothing_poisoned() {
    pod.set_handler({});
    for (int i = 0; i < 5; ++i) expect_still_serving();
  }

  // Members of the fixture, not of a test: they outlive the handlers that use them.
  Gate gate;
  Gate reached;
  ManifestFolder folder;
  EchoBackend pod{"web"};
  std::unique_ptr<HeadgateProcess> headgate;  // ends first
};

}  // namespace headgate::test_support
