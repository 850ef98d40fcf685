// A Controller with a clock that stands still, and what it published so far.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "k8swatch/controller.h"
#include "k8swatch/object_builders.h"

namespace headgate::k8swatch::testing {

// Settings come from the ConfigMap default/settings.
inline ControllerOptions with_config_map() {
  ControllerOptions options;
  options.translation.config_map = "default/settings";
  return options;
}

// The same, where every Ingress is ours.
inline ControllerOptions standalone_with_config_map() {
  ControllerOptions options = with_config_map();
  options.translation.classes.standalone = true;
  return options;
}

class ControllerFixture {
 public:
  explicit ControllerFixture(ControllerOptions options = {})
      : controller_(with_clock(std::move(options)),
                    [this](auto publication) { published_.push_back(std::move(publication)); }) {}

  template <typename T>
  void put(T value) {
    controller_.upsert(object(std::move(value)));
  }
  void remove(Kind kind, const std::string& name, const std::string& namespace_name = "default") {
    controller_.remove({kind, namespace_name, name});
  }
  // What run_due() publishes once everything may be published; null: nothing.
  std::shared_ptr<const router::Publication> publish() {
    controller_.synced();
    const std::size_t before = published_.size();
    now_ += std::chrono::seconds(1);
    controller_.run_due(now_);
    return published_.size() == before ? nullptr : published_.back();
  }

  // The Cluster that answers, "redirect" or "404".
  std::string route(const std::string& host, const std::string& path) {
    const router::Route& found = *controller_.table()->match(host, path).route;
    switch (found.action) {
      case router::RouteAction::forward:
        return found.cluster->name;
      case router::RouteAction::add_trailing_slash:
        return "redirect";
      case router::RouteAction::not_found:
        return "404";
      case router::RouteAction::redirect:
        return "redirected";
    }
    return "?";
  }
  // One line for each, as logged.
  std::vector<std::string> findings() const {
    std::vector<std::string> lines;
    for (const Finding& finding : controller_.findings()) lines.push_back(to_string(finding));
    return lines;
  }

  Controller& controller() { return controller_; }
  TimePoint& now() { return now_; }
  std::int64_t& wall_seconds() { return wall_seconds_; }
  const std::vector<std::shared_ptr<const router::Publication>>& published() const { return published_; }

 private:
  ControllerOptions with_clock(ControllerOptions options) {
    options.now = [this] { return now_; };
    CertificateOptions& certificates = options.translation.certificates;
    certificates.wall_seconds = [this] { return wall_seconds_; };
    // Making one takes a while.
    static const auto kFake = tls::Certificate::make_fake();
    certificates.make_fake = [] { return kFake; };
    return options;
  }

  TimePoint now_{};
  std::int64_t wall_seconds_ = std::time(nullptr);
  std::vector<std::shared_ptr<const router::Publication>> published_;
  Controller controller_;
};

}  // namespace headgate::k8swatch::testing
