// One request at a test pod, as its handler sees it: what arrived, and every way to answer, well or badly.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "support/message_reader.h"

namespace headgate::test_support {

// Lives on the thread of its connection, for one call of the handler.
class BackendExchange {
 public:
  // `on_body` is called when the body has been read, before anything is answered after it.
  BackendExchange(int fd, MessageReader& reader, HttpRequest& request, std::size_t number_on_connection,
                  std::string name, std::function<void()> on_body)
      : fd_(fd),
        reader_(reader),
        request_(request),
        number_on_connection_(number_on_connection),
        name_(std::move(name)),
        on_body_(std::move(on_body)) {}

  // The head is there when the handler is called; the body after read_body().
  [[nodiscard]] const HttpRequest& request() const { return request_; }
  // 1 for the first request of a connection.
  [[nodiscard]] std::size_t number_on_connection() const { return number_on_connection_; }
  bool read_body(std::chrono::milliseconds within = kPatience);

  // False: the proxy is gone.
  bool send(std::string_view bytes);
  // Status, X-Pod: <name of the pod>, Date, Content-Length, body. `fields`: whole lines.
  bool respond(int status, std::string_view body, std::string_view fields = "");
  // 200 with what arrived, one "key=value" a line: pod, method, target, version, then each field.
  bool respond_with_echo();

  // Bytes from the proxy beyond the request; empty at its end (see `end`).
  std::string read_some(ReadEnd& end, std::chrono::milliseconds within = kPatience);
  // The proxy ends the connection.
  bool closed_by_peer(std::chrono::milliseconds within = kPatience);

  void half_close();
  // Ends the connection after the handler: in order, or with a RST.
  void close() { finished_ = true; }
  void reset();

  [[nodiscard]] bool is_finished() const { return finished_; }

 private:
  int fd_;
  MessageReader& reader_;
  HttpRequest& request_;
  std::size_t number_on_connection_;
  std::string name_;
  std::function<void()> on_body_;
  bool body_read_ = false;
  bool finished_ = false;
};

}  // namespace headgate::test_support
