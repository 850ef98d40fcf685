// An ApiTransport that answers by itself: one Lease, Ingress status, Events, the pods of the controller. What
// it is asked is kept; answers come later on the io_context, as the interface promises.
#pragma once

#include <utility>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "k8swatch/lease_server.h"

namespace headgate::app::testing {

class ScriptedCluster final : public k8swatch::ApiTransport {
 public:
  explicit ScriptedCluster(boost::asio::io_context& io) : io_(io) {}

  std::unique_ptr<k8swatch::ApiCall> unary(k8swatch::ApiRequest request,
                                           std::function<void(k8swatch::ApiOutcome)> done) override {
    auto alive = std::make_shared<bool>(true);
    asked.push_back(request.method + " " + request.target);
    bodies.push_back(request.body);
    if (!is_up || (hangs_after && asked.size() > *hangs_after))
      return std::make_unique<Call>(alive);  // never answers
    boost::asio::post(io_, [this, alive, request = std::move(request), done = std::move(done)] {
      if (*alive) done(answer(request));
    });
    return std::make_unique<Call>(alive);
  }
  std::unique_ptr<k8swatch::ApiCall> stream(k8swatch::ApiRequest, k8swatch::ApiStreamHandler&) override {
    return nullptr;
  }

  // How often something that begins like this was asked.
  [[nodiscard]] std::size_t count(const std::string& beginning) const {
    return static_cast<std::size_t>(std::count_if(
        asked.begin(), asked.end(), [&](const std::string& each) { return each.starts_with(beginning); }));
  }

  k8swatch::testing::LeaseServer lease;
  std::string other_pods;  // after the own one: ",{…}"
  bool own_pod_is_there = true;
  bool is_up = true;
  std::optional<std::size_t> hangs_after;  // so many requests are answered, no more
  std::vector<std::string> asked;
  std::vector<std::string> bodies;

 private:
  class Call final : public k8swatch::ApiCall {
   public:
    explicit Call(std::shared_ptr<bool> alive) : alive_(std::move(alive)) {}
    ~Call() override { *alive_ = false; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    std::shared_ptr<bool> alive_;
  };

  k8swatch::ApiOutcome answer(const k8swatch::ApiRequest& request) {
    using k8swatch::testing::answer_of;
    const auto is_about = [&](const char* what) { return request.target.find(what) != std::string::npos; };
    if (is_about("/leases")) return lease.answer(request);
    if (is_about("/pods?") && !own_pod_is_there) return answer_of(200, R"({"items":[]})");
    if (is_about("/pods?"))
      return answer_of(200, R"({"items":[{"metadata":{"name":"pod-a","labels":{"app":"headgate"}}})" +
                                (is_about("labelSelector") ? other_pods : "") + "]}");
    if (is_about("/events")) return answer_of(201, "{}");
    if (is_about("/status"))
      return answer_of(200, R"({"metadata":{"resourceVersion":"9)" + std::to_string(++version_) + "\"}}");
    return answer_of(404);
  }

  boost::asio::io_context& io_;
  int version_ = 0;
};

}  // namespace headgate::app::testing
