// A Controller with a few objects that is asked what it would let in.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/admission.h"
#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch::testing {

inline constexpr const char* kPrefix = "nginx.ingress.kubernetes.io/";

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() { use(with_config_map()); }
  void use(ControllerOptions options) {
    fixture_ = std::make_unique<ControllerFixture>(std::move(options));
    fixture_->put(ingress_class("headgate"));
    fixture_->put(ingress_class("other", "example.org/other"));
    fixture_->put(service("web"));
  }

  static AdmissionReview review_of(Ingress candidate) {
    AdmissionReview review;
    review.uid = "u";
    review.is_judged = true;
    review.ingress = std::move(candidate);
    return review;
  }
  AdmissionDecision decide(AdmissionReview review) {
    fixture_->controller().synced();
    return fixture_->controller().admit(review).value();
  }
  AdmissionDecision decide(Ingress candidate) { return decide(review_of(std::move(candidate))); }
  std::vector<std::string> reasons(Ingress candidate) { return decide(std::move(candidate)).reasons; }

  static Ingress with(Ingress ingress, const std::string& annotation, const std::string& value) {
    ingress.metadata.annotations.emplace_back(kPrefix + annotation, value);
    return ingress;
  }
  static Ingress in(std::string namespace_name, Ingress ingress) {
    ingress.metadata.namespace_name = std::move(namespace_name);
    return ingress;
  }
  static std::string taken(const std::string& host, const std::string& path, const std::string& by,
                           const std::string& field = "spec.rules[0].http.paths[0].path") {
    return field + ": host \"" + host + "\" and path \"" + path + "\" is already defined in ingress " + by;
  }

  std::unique_ptr<ControllerFixture> fixture_;
  Ingress good_ = ingress("new", {rule("a.org", {path("/", "web")})});
};

}  // namespace headgate::k8swatch::testing
