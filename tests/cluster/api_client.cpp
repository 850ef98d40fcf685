// Requests to the API server over one connection.
#include "cluster/api_client.h"

#include <stdexcept>

#include "cluster/private_network.h"

namespace headgate::cluster_test {

test_support::TlsClient& ApiClient::connection() {
  if (!connection_) {
    test_support::TlsOptions options;
    options.address = kNodeAddress;
    options.close_notify = false;
    connection_ = std::make_unique<test_support::TlsClient>(port_, options);
    if (!connection_->is_secure()) {
      const std::string reason = connection_->failure();
      connection_.reset();
      throw std::runtime_error("API server: " + reason);
    }
  }
  return *connection_;
}

std::string ApiClient::head(std::string_view method, std::string_view path, std::string_view body,
                            std::string_view content_type) const {
  std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: " + kNodeAddress +
                     "\r\nUser-Agent: headgate-test\r\nAccept: application/json\r\n";
  if (!token_.empty()) text += "Authorization: Bearer " + token_ + "\r\n";
  if (!body.empty()) {
    text += "Content-Type: " + std::string(content_type) +
            "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n";
}

test_support::HttpResponse ApiClient::request(std::string_view method, std::string_view path,
                                              std::string_view body, std::string_view content_type) {
  const bool reused = connection_ != nullptr;
  const std::string text = head(method, path, body, content_type) + std::string(body);
  connection().send(text);
  test_support::HttpResponse response = connection().receive(method);
  if (response.status == 0 && reused) {  // the server has closed what was idle
    close();
    connection().send(text);
    response = connection().receive(method);
  }
  if (response.ends_with_close || response.lists("Connection", "close")) close();
  if (response.status == 0) {
    close();
    throw std::runtime_error("API server: " + std::string(method) + " " + std::string(path) + ": " +
                             response.problem);
  }
  return response;
}

std::string json_text(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = json.find(key);
  if (at == std::string_view::npos) return "";
  const std::size_t begin = at + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

}  // namespace headgate::cluster_test
