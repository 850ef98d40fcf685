// A client of the double that shows a test every byte: whole answers, and watches chunk by chunk.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakeapi/json.h"
#include "support/deadline.h"
#include "support/http_message.h"
#include "support/raw_client.h"

namespace headgate::fakeapi {

// One request on a connection of its own. `fields` are whole lines with their CRLF.
inline test_support::HttpResponse ask(std::uint16_t port, std::string_view method, std::string_view target,
                                      std::string_view body = "", std::string_view fields = "") {
  test_support::RawClient client(port);
  std::string all(fields);
  if (all.find("User-Agent:") == std::string::npos) all += "User-Agent: headgate-study/0.1\r\n";
  if (!body.empty() && all.find("Content-Type:") == std::string::npos)
    all += "Content-Type: application/json\r\n";
  all += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n";
  client.send(test_support::make_request(method, "localhost", target, all, body));
  return test_support::read_response(client.reader(), method,
                                     test_support::Deadline(test_support::kPatience));
}

inline test_support::HttpResponse ask(std::uint16_t port, std::string_view target) {
  return ask(port, "GET", target);
}

class WatchClient {
 public:
  // Sends the request and reads the head.
  WatchClient(std::uint16_t port, std::string_view target, std::string_view fields = "") : client_(port) {
    client_.send(test_support::make_request("GET", "localhost", target, fields));
    while (!cut("\r\n\r\n", head_) && fill()) {
    }
  }

  [[nodiscard]] const std::string& head() const { return head_; }
  [[nodiscard]] int status() const { return head_.size() > 12 ? std::stoi(head_.substr(9, 3)) : 0; }

  // The content of the next chunk; empty at the correct end. Nothing: the connection ended or timed out
  // before, or what came was no chunk; problem() says which.
  std::optional<std::string> chunk() {
    std::string size_line;
    while (!cut("\r\n", size_line)) {
      if (!fill()) return std::nullopt;
    }
    std::size_t used = 0;
    std::size_t size = 0;
    try {
      size = std::stoul(size_line, &used, 16);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used != size_line.size()) {
      problem_ = "bad chunk";
      return std::nullopt;
    }
    std::string& buffer = client_.reader().buffer();
    while (buffer.size() < size + 2) {
      if (!fill()) return std::nullopt;
    }
    std::string content = buffer.substr(0, size);
    buffer.erase(0, size + 2);
    return content;
  }

  // The next event; empty text at the end of the stream, however it ended.
  std::string line() {
    while (lines_.find('\n') == std::string::npos) {
      const std::optional<std::string> more = chunk();
      if (!more || more->empty()) return "";
      lines_ += *more;
    }
    std::string line = lines_.substr(0, lines_.find('\n'));
    lines_.erase(0, line.size() + 1);
    return line;
  }

  // "ADDED a 17": type, name and revision of the next event; "" at the end.
  std::string event() {
    const std::string text = line();
    if (text.empty()) return "";
    const Json json = Json::parse(text);
    const Json& object = json.at("object");
    if (json.at("type") == "ERROR") return "ERROR " + object.at("code").dump();
    std::string result = json.at("type").get<std::string>() + " ";
    if (object.at("metadata").contains("name")) result += object["metadata"]["name"].get<std::string>() + " ";
    return result + object["metadata"]["resourceVersion"].get<std::string>();
  }

  // "closed", "reset", "timed out", "bad chunk"; empty: none so far.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // Nothing comes within this time.
  bool is_silent(std::chrono::milliseconds for_so_long) {
    return client_.reader().buffer().empty() && lines_.empty() &&
           client_.reader().fill(test_support::Deadline(for_so_long)) == test_support::ReadEnd::timed_out;
  }
  test_support::RawClient& raw() { return client_; }

 private:
  bool cut(std::string_view mark, std::string& into) {
    std::string& buffer = client_.reader().buffer();
    const std::size_t at = buffer.find(mark);
    if (at == std::string::npos) return false;
    into = buffer.substr(0, at);
    buffer.erase(0, at + mark.size());
    return true;
  }
  bool fill() {
    switch (client_.reader().fill(test_support::Deadline(test_support::kPatience))) {
      case test_support::ReadEnd::data:
        return true;
      case test_support::ReadEnd::closed:
        problem_ = "closed";
        return false;
      case test_support::ReadEnd::reset:
        problem_ = "reset";
        return false;
      case test_support::ReadEnd::timed_out:
        problem_ = "timed out";
        return false;
    }
    return false;
  }

  test_support::RawClient client_;
  std::string head_;
  std::string lines_;
  std::string problem_;
};

}  // namespace headgate::fakeapi
