// What test clients over plain TCP and over TLS have in common: HTTP/1 on a byte stream, a deadline on every
// wait.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "support/message_reader.h"

namespace headgate::test_support {

class StreamClient {
 public:
  virtual ~StreamClient() = default;

  // False: the other side has closed or reset, or took nothing until the deadline.
  virtual bool send(std::string_view bytes, std::chrono::milliseconds within = kPatience) = 0;
  virtual MessageReader& reader() = 0;
  [[nodiscard]] virtual int fd() const = 0;

  HttpResponse receive(std::string_view method = "GET", std::chrono::milliseconds within = kPatience);
  // send + receive.
  HttpResponse exchange(std::string_view request, std::string_view method = "GET");

  // Exactly `size` bytes, fewer where the connection ends before or the deadline passes.
  std::string read_exactly(std::size_t size, std::chrono::milliseconds within = kPatience);
  // Everything until the end of the connection; `end` says how it ended.
  std::string read_until_close(ReadEnd& end, std::chrono::milliseconds within = kPatience);
  // The other side ends the connection (in order or by reset) without a further byte.
  bool closed_by_peer(std::chrono::milliseconds within = kPatience);

 protected:
  StreamClient() = default;
  StreamClient(StreamClient&&) = default;
  StreamClient& operator=(StreamClient&&) = default;
};

}  // namespace headgate::test_support
