// HTTP/1.1 over TLS: request, whole answer, next request; or a connection for each.
#pragma once

#include <cstdint>
#include <string>

#include "load/client.h"

namespace headgate::bench {

// Stays with one host, whose name is also the server name of its connections.
class TlsClient : public Client {
 public:
  TlsClient(ClientContext& context, std::size_t index);
  void open() override;
  void on_events(std::uint32_t events) override;

 private:
  void go_on();
  bool shake_hands();
  void send_next();
  // False: nothing more is to be read on this connection.
  bool take(const char* data, std::size_t size);
  bool answered();
  void reopen();
  bool fault(const std::string& what);

  ClientContext& context_;
  std::string host_;
  std::size_t request_;  // index of the next request to send
  std::uint64_t sent_at_ = 0;
  bool secure_ = false;   // the handshake is done
  bool waiting_ = false;  // for an answer
  Fd fd_;
  TlsStream stream_;
  MessageReader reader_;
};

}  // namespace headgate::bench
