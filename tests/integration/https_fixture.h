// Fixture: OnePod, reached over TLS with a certificate for x.test.
#pragma once

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "integration/one_pod.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::test_support {

class HttpsPod : public OnePod {
 protected:
  // HTTP is not redirected, so that both ports can be compared.
  void start_https(HeadgateOptions options = {}, const FieldList& settings = {}) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    options.https = true;
    FieldList all = {{"ssl-redirect", "false"}};
    all.insert(all.end(), settings.begin(), settings.end());
    options.flags.emplace_back("--configmap=default/headgate");
    folder.write("web.yaml", tls_ingress("web", "x.test", "web", "x-tls") + service_of("web", pod) +
                                 tls_secret("x-tls", certificate) + config_map("headgate", all));
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }

  [[nodiscard]] static TlsOptions to_x() {
    TlsOptions options;
    options.server_name = "x.test";
    return options;
  }
  [[nodiscard]] TlsClient tls_client(const TlsOptions& options = to_x()) const {
    TlsClient client(headgate->https_port(), options);
    EXPECT_EQ(client.failure(), "");
    return client;
  }
  [[nodiscard]] HttpResponse ask_tls(std::string_view request, std::string_view method = "GET") const {
    TlsClient one = tls_client();
    return one.exchange(request, method);
  }
  void expect_still_serving_tls() const {
    const HttpResponse response = ask_tls(make_request("GET", "x.test", "/still-serving"));
    EXPECT_EQ(response.status, 200) << response.start_line << response.problem;
  }
  // The sample of /metrics whose name and labels contain all of `parts`; -1: there is none.
  [[nodiscard]] double metric(const std::vector<std::string>& parts) const {
    const std::string page = headgate->admin("/metrics").body;
    std::size_t begin = 0;
    while (begin < page.size()) {
      const std::size_t end = std::min(page.find('\n', begin), page.size());
      const std::string line = page.substr(begin, end - begin);
      begin = end + 1;
      bool all = !line.starts_with("#");
      for (const std::string& part : parts) all = all && line.find(part) != std::string::npos;
      if (all) return std::stod(line.substr(line.rfind(' ') + 1));
    }
    return -1;
  }

  TestCertificate certificate{{.names = {"x.test"}}};
};

}  // namespace headgate::test_support
