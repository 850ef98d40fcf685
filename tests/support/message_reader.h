// Reads HTTP/1 messages from a socket, with a deadline on every wait. Used by the test client and the test
// pod.
#pragma once

#include <cstddef>
#include <string>

#include "support/deadline.h"
#include "support/http_message.h"

namespace headgate::test_support {

// How a read ended.
enum class ReadEnd { data, closed, reset, timed_out };

// Does not own the descriptor. Not thread-safe.
class MessageReader {
 public:
  explicit MessageReader(int fd) : fd_(fd) {}
  virtual ~MessageReader() = default;

  // Bytes received and not yet taken.
  std::string& buffer() { return buffer_; }
  // Waits for more bytes and appends them to buffer().
  virtual ReadEnd fill(const Deadline& deadline);

  // Each fills in what it read; false: see message.problem.
  bool read_head(HttpMessage& message, const Deadline& deadline);
  bool read_length(HttpMessage& message, std::size_t size, const Deadline& deadline);
  bool read_chunked(HttpMessage& message, const Deadline& deadline);
  bool read_until_close(HttpMessage& message, const Deadline& deadline);

 private:
  bool read_line(std::string& line, HttpMessage& message, const Deadline& deadline);
  bool need(HttpMessage& message, const char* where, const Deadline& deadline);

  int fd_;
  std::string buffer_;
};

// Reads the request or response that comes next, whole. `method`: of the request that is answered.
HttpRequest read_request_head(MessageReader& reader, const Deadline& deadline);
bool read_request_body(MessageReader& reader, HttpRequest& request, const Deadline& deadline);
HttpResponse read_response(MessageReader& reader, std::string_view method, const Deadline& deadline);

}  // namespace headgate::test_support
