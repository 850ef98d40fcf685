// Fixture: one Headgate that speaks HTTPS, one pod behind host x.test with a certificate of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>

#include "support/backend_scripts.h"
#include "support/echo_backend.h"
#include "support/gate.h"
#include "support/h2_client.h"
#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/metrics.h"
#include "support/process_stats.h"
#include "support/test_certificate.h"
#include "support/tls_client.h"

namespace headgate::test_support {

class HttpsPod : public ::testing::Test {
 protected:
  // `settings`: of the ConfigMap; `more`: further documents.
  void start(const FieldList& settings = {}, HeadgateOptions options = {}, std::string_view more = "") {
    write_certificate();
    folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                                 config_map("headgate", settings) + std::string(more));
    options.https = true;
    options.flags.push_back("--configmap=default/headgate");
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }

  // The Secret with `certificate` as it is now.
  void write_certificate() const { folder.write("secret.yaml", tls_secret("web-tls", certificate)); }

  // For x.test.
  static TlsOptions tls(const std::vector<std::string>& alpn = {}) {
    TlsOptions options;
    options.server_name = "x.test";
    options.alpn = alpn;
    return options;
  }
  [[nodiscard]] TlsClient client(const TlsOptions& options) const {
    return TlsClient(headgate->https_port(), options);
  }
  // A well-behaved client of each protocol gets its answer, under its certificate.
  void expect_still_serving() const {
    TlsClient one = client(tls({"http/1.1"}));
    ASSERT_TRUE(one.is_secure()) << one.failure();
    EXPECT_EQ(one.server_fingerprint(), certificate.fingerprint());
    const HttpResponse response = one.exchange(make_request("GET", "x.test", "/still-serving"));
    EXPECT_EQ(response.status, 200) << response.start_line << response.problem;
    TlsClient two = client(tls({"h2"}));
    ASSERT_TRUE(two.is_secure()) << two.failure();
    ASSERT_EQ(two.alpn(), "h2");
    EXPECT_EQ(H2Client(two).get("x.test", "/still-serving").status, 200);
  }
  // Of headgate_http_rejected_total.
  [[nodiscard]] double rejected(const std::string& reason) const {
    return metric(headgate->admin("/metrics").body, "headgate_http_rejected_total",
                  "reason=\"" + reason + "\"");
  }
  // All that was counted there, for the message of a failure.
  [[nodiscard]] std::string all_rejected() const {
    std::istringstream lines(headgate->admin("/metrics").body);
    std::string counted;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("headgate_http_rejected_total") && !line.ends_with(" 0")) counted += line + "\n";
    return counted;
  }
  [[nodiscard]] std::size_t memory_kib() const { return resident_kib(headgate->process().pid()); }

  // Members of the fixture, not of a test: they outlive the handlers that use them.
  Gate gate;
  ManifestFolder folder;
  TestCertificate certificate{{{"x.test"}}};
  EchoBackend pod{"web"};
  std::unique_ptr<HeadgateProcess> headgate;  // ends first
};

}  // namespace headgate::test_support
