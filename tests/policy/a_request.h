// One request as Steps see it, for tests: parsed from a target and field lines.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/target.h"
#include "policy/request_view.h"

namespace headgate::policy::testing {

struct ARequest {
  explicit ARequest(std::string target_text,
                    std::vector<std::pair<std::string, std::string>> field_lines = {})
      : target_bytes(std::move(target_text)), lines(std::move(field_lines)) {
    scratch.resize(2 * target_bytes.size() + 2);
    const auto parsed = http::parse_target(http::Method::get, target_bytes, scratch.data(), target);
    is_good = parsed.status == http::ParseStatus::complete;
    head.method_text = "GET";
    head.minor_version = 1;
    head.target = target_bytes;
    for (const auto& [name, value] : lines) {
      http::Field& field = head.fields.add();
      field.name = name;
      field.value = value;
    }
    view.host_as_sent = view.public_host = "x.test:8080";
    view.host = "x.test";
    view.server_name = "x.test";
    view.remote_ip = "10.1.2.3";
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
  ARequest(const ARequest&) = delete;
  ARequest& operator=(const ARequest&) = delete;

  std::string target_bytes;
  std::string scratch;
  std::vector<std::pair<std::string, std::string>> lines;
  bool is_good = false;
  http::RequestHead head;
  http::RequestFacts facts;
  http::Target target;
  RequestView view{head, facts, target};
};

}  // namespace headgate::policy::testing
