// A pod whose requests an auth service is asked about: the real binary in front of both.
#pragma once

#include <string>
#include <string_view>

#include "integration/http2_fixture.h"

namespace headgate::test_support {

inline std::string text_response(int status, const std::string& fields = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n" + fields + "\r\n";
}

class ExternalAuth : public OnePodOverH2 {
 protected:
  // Host x.test with auth-url of the service below, and further annotations.
  void start_auth(const FieldList& more = {}, const FieldList& settings = {},
                  const std::string& access_log = "/dev/null") {
    FieldList all{{"auth-url", auth_url()}};
    all.insert(all.end(), more.begin(), more.end());
    start_annotated(all, settings, "/", access_log);
  }
  void start_annotated(const FieldList& annotations, const FieldList& settings = {},
                       std::string_view path = "/", const std::string& access_log = "/dev/null") {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{std::string(path), "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("web.yaml", ingress(spec) + service_of("web", pod) + service_of("auth", auth) +
                                 config_map("headgate", settings));
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate"};
    options.access_log = access_log;
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  [[nodiscard]] std::string auth_url(std::string_view path = "/check?a=1") const {
    return "http://127.0.0.1:" + std::to_string(auth.port()) + std::string(path);
  }
  // The auth service answers so from now on.
  void answer(int status, const std::string& fields = "") {
    auth.set_handler([=](BackendExchange& exchange) { exchange.send(text_response(status, fields)); });
  }
  // It says yes from now on, once `gate` opens; `reached` opens with a question.
  void let_in_when_the_gate_opens() {
    auth.set_handler([this](BackendExchange& exchange) {
      reached.open();
      gate.wait();
      exchange.send(text_response(200));
    });
  }
  [[nodiscard]] HttpResponse get(std::string_view path = "/page?q=1", std::string_view fields = "") const {
    return ask(make_request("GET", "x.test", path, fields));
  }
  [[nodiscard]] bool wait_for_finding(const std::string& text) const {
    return headgate->wait_for_finding(text);
  }

  EchoBackend auth{"auth"};
};

}  // namespace headgate::test_support
