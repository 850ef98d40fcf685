// A client that sends exactly the bytes a test gives it. Blocking, one connection, a deadline on every wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/file_descriptor.h"
#include "support/message_reader.h"

namespace headgate::test_support {

struct ClientOptions {
  std::string address = "127.0.0.1";
  int receive_buffer = 0;  // bytes; 0: the kernel's choice. Small: a client that soon stops the sender
};

class RawClient {
 public:
  // Throws std::runtime_error where the connection is not accepted.
  explicit RawClient(std::uint16_t port, const ClientOptions& options = {});

  // False: the other side has closed or reset, or took nothing until the deadline.
  bool send(std::string_view bytes, std::chrono::milliseconds within = kPatience);
  // Sends what the socket takes at once; the count, or -1 when the connection is dead.
  ssize_t send_some(std::string_view bytes);
  HttpResponse receive(std::string_view method = "GET", std::chrono::milliseconds within = kPatience);
  // send + receive.
  HttpResponse exchange(std::string_view request, std::string_view method = "GET");

  // Exactly `size` bytes, fewer where the connection ends before or the deadline passes.
  std::string read_exactly(std::size_t size, std::chrono::milliseconds within = kPatience);
  // Everything until the end of the connection; `end` says how it ended.
  std::string read_until_close(ReadEnd& end, std::chrono::milliseconds within = kPatience);
  // The other side ends the connection (in order or by reset) without a further byte.
  bool closed_by_peer(std::chrono::milliseconds within = kPatience);

  void half_close();
  void close() { socket_.reset(); }
  // Close with a RST.
  void reset();

  [[nodiscard]] int fd() const { return socket_.get(); }
  MessageReader& reader() { return reader_; }

 private:
  FileDescriptor socket_;
  MessageReader reader_;
};

// One GET on a connection of its own ("Connection: close").
HttpResponse get(std::uint16_t port, std::string_view host, std::string_view path,
                 std::string_view fields = "");

}  // namespace headgate::test_support
