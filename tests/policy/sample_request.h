// A request for Steps to judge, made by hand.
#pragma once

#include <string_view>

#include "policy/request_view.h"

namespace headgate::policy {

class SampleRequest {
 public:
  SampleRequest() {
    head_.method = http::Method::get;
    head_.method_text = "GET";
    head_.target = "/";
  }
  SampleRequest(const SampleRequest&) = delete;
  SampleRequest& operator=(const SampleRequest&) = delete;

  SampleRequest& method(http::Method method) {
    head_.method = method;
    return *this;
  }
  // Both must outlive this.
  SampleRequest& field(std::string_view name, std::string_view value) {
    http::Field& added = head_.fields.add();
    added.name = name;
    added.value = value;
    added.id = http::field_id_of(name);
    if (added.id == http::FieldId::user_agent) facts_.user_agent = &added;
    if (added.id == http::FieldId::referer) facts_.referer = &added;
    return *this;
  }
  SampleRequest& from(std::string_view ip) {
    ip_ = ip;
    return *this;
  }
  SampleRequest& at(TimePoint now) {
    now_ = now;
    return *this;
  }
  [[nodiscard]] http::FieldList& fields() { return head_.fields; }
  // Good while this is.
  [[nodiscard]] RequestView view() const {
    RequestView request{head_, facts_, target_};
    request.remote_ip = ip_;
    request.host = request.host_as_sent = "shop.example";
    request.scheme = "http";
    request.port = "80";
    request.now = now_;
    return request;
  }

 private:
  http::RequestHead head_;
  http::RequestFacts facts_;
  http::Target target_;
  std::string_view ip_ = "192.0.2.1";
  TimePoint now_{};
};

}  // namespace headgate::policy
