// HTTP/2 over TLS: an H2Codec on a socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "load/client.h"
#include "load/h2_codec.h"

namespace headgate::bench {

class H2Client : public Client {
 public:
  H2Client(ClientContext& context, std::size_t index);
  void open() override;
  void on_events(std::uint32_t events) override;

 private:
  bool shake_hands();
  // Until the socket has nothing more, or the connection is over: false.
  bool read();
  void send();
  void fault(const std::string& what);

  ClientContext& context_;
  std::size_t host_;
  bool secure_ = false;
  Fd fd_;
  TlsStream stream_;
  std::unique_ptr<H2Codec> codec_;
};

}  // namespace headgate::bench
