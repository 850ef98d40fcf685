// HTTP/1.1 over TCP: request, whole answer, next request.
#pragma once

#include <cstdint>
#include <string>

#include "load/client.h"
#include "load/outbox.h"

namespace headgate::bench {

class PlainClient : public Client {
 public:
  PlainClient(ClientContext& context, std::size_t index);
  void open() override;
  void on_events(std::uint32_t events) override;

 private:
  void send_next();
  void flush();
  void read(std::uint32_t events);
  void answered();
  void fault(const std::string& what);

  ClientContext& context_;
  std::size_t request_;  // index of the next request to send
  std::uint64_t sent_at_ = 0;
  bool waiting_ = false;  // for an answer
  Fd fd_;
  StreamReader reader_;
  Outbox out_;
};

}  // namespace headgate::bench
