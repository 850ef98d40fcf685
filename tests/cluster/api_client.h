// What a test asks the API server itself, byte by byte: one keep-alive connection, HTTP/1.1 over TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/http_message.h"
#include "support/tls_client.h"

namespace headgate::cluster_test {

inline constexpr const char* kMergePatch = "application/merge-patch+json";

class ApiClient {
 public:
  ApiClient(std::string token, std::uint16_t port) : token_(std::move(token)), port_(port) {}

  // Sends the request, over a new connection where the last one is gone, and reads the whole answer. Throws
  // std::runtime_error where the server cannot be reached. `content_type` of the body: YAML is taken as well.
  test_support::HttpResponse request(std::string_view method, std::string_view path,
                                     std::string_view body = "",
                                     std::string_view content_type = "application/yaml");
  test_support::HttpResponse get(std::string_view path) { return request("GET", path); }
  // The head alone: "METHOD PATH HTTP/1.1" and its fields, with the empty line.
  [[nodiscard]] std::string head(std::string_view method, std::string_view path, std::string_view body = "",
                                 std::string_view content_type = "application/yaml") const;
  // The connection, opened where there is none: for answers that do not end.
  test_support::TlsClient& connection();
  void close() { connection_.reset(); }

 private:
  std::string token_;
  std::uint16_t port_;
  std::unique_ptr<test_support::TlsClient> connection_;
};

// The text of the first member called `name` in a JSON text, where it is a string; empty where there is none.
std::string json_text(std::string_view json, std::string_view name);

}  // namespace headgate::cluster_test
