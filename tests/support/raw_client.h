// A client that sends exactly the bytes a test gives it. Blocking, one connection, a deadline on every wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/file_descriptor.h"
#include "support/stream_client.h"

namespace headgate::test_support {

struct ClientOptions {
  std::string address = "127.0.0.1";
  int receive_buffer = 0;  // bytes; 0: the kernel's choice. Small: a client that soon stops the sender
};

// A connected socket. Throws std::runtime_error where the connection is not accepted.
FileDescriptor connect_to(std::uint16_t port, const ClientOptions& options = {});

class RawClient : public StreamClient {
 public:
  // Throws std::runtime_error where the connection is not accepted.
  explicit RawClient(std::uint16_t port, const ClientOptions& options = {});

  bool send(std::string_view bytes, std::chrono::milliseconds within = kPatience) override;
  // Sends what the socket takes at once; the count, or -1 when the connection is dead.
  ssize_t send_some(std::string_view bytes);

  void half_close();
  void close() { socket_.reset(); }
  // Close with a RST.
  void reset();

  [[nodiscard]] int fd() const override { return socket_.get(); }
  MessageReader& reader() override { return reader_; }

 private:
  FileDescriptor socket_;
  MessageReader reader_;
};

// One GET on a connection of its own ("Connection: close").
HttpResponse get(std::uint16_t port, std::string_view host, std::string_view path,
                 std::string_view fields = "");

}  // namespace headgate::test_support
