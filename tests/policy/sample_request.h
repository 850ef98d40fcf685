// A request for Steps to judge, made by hand: parsed from a target, with field lines as they are given.
#pragma once

#include <gtest/gtest.h>

#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/target.h"
#include "policy/request_view.h"

namespace headgate::policy {

class SampleRequest {
 public:
  explicit SampleRequest(std::string target_text = "/",
                         const std::vector<std::pair<std::string, std::string>>& lines = {})
      : target_text_(std::move(target_text)), scratch_(2 * target_text_.size() + 2, '\0') {
    const auto parsed = http::parse_target(http::Method::get, target_text_, scratch_.data(), target_);
    EXPECT_EQ(parsed.status, http::ParseStatus::complete) << target_text_;
    head_.method = http::Method::get;
    head_.method_text = "GET";
    head_.minor_version = 1;
    head_.target = target_text_;
    for (const auto& [name, value] : lines) field(name, value);
    view.host_as_sent = view.public_host = "x.test:8080";
    view.host = view.server_name = "x.test";
    view.remote_ip = "192.0.2.1";
    view.scheme = "http";
    view.port = "80";
    view.request_id = "0123abcd";
    view.namespace_name = "shop";
    view.ingress = "web";
    view.service = "cart";
    view.service_port = "8080";
    view.path = "/";
    view.upstream_name = "shop-cart-8080";
  }
  SampleRequest(const SampleRequest&) = delete;
  SampleRequest& operator=(const SampleRequest&) = delete;

  SampleRequest& method(http::Method method) {
    head_.method = method;
    return *this;
  }
  SampleRequest& field(std::string_view name, std::string_view value) {
    http::Field& added = head_.fields.add();
    added.name = kept(name);
    added.value = kept(value);
    added.id = http::field_id_of(name);
    if (added.id == http::FieldId::user_agent) facts_.user_agent = &added;
    if (added.id == http::FieldId::referer) facts_.referer = &added;
    return *this;
  }
  // `ip` must outlive this.
  SampleRequest& from(std::string_view ip) {
    view.remote_ip = ip;
    return *this;
  }
  [[nodiscard]] http::FieldList& fields() { return head_.fields; }

 private:
  std::string_view kept(std::string_view text) { return texts_.emplace_back(text); }

  std::string target_text_;
  std::string scratch_;
  std::list<std::string> texts_;
  http::RequestHead head_;
  http::RequestFacts facts_;
  http::Target target_;

 public:
  // Good while this is; may be changed.
  RequestView view{head_, facts_, target_};
};

}  // namespace headgate::policy
