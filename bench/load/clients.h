// The clients: a closed loop on each connection, request, whole answer, next request.
#pragma once

#include <memory>
#include <vector>

#include "load/messages.h"
#include "load/outbox.h"
#include "load/stream_reader.h"
#include "load/tally.h"
#include "net/event_loop.h"
#include "net/tcp.h"

namespace headgate::bench {

// Owned by main; lives as long as its loop is polled.
class Clients {
 public:
  Clients(EventLoop& loop, const Options& options, const Messages& messages, Tally& tally, Scratch scratch);

  // Opens the connections and sends the first requests; with --hold only the first few, the rest follows.
  void start();
  // --hold: all connections have had their answer and are open.
  [[nodiscard]] bool all_held() const { return held_ == options_.connections; }

 private:
  class Connection : public EventHandler {
   public:
    Connection(Clients& clients, std::size_t index);
    void on_events(std::uint32_t events) override;
    void open();

   private:
    void send_next();
    void flush();
    void read(std::uint32_t events);
    void answered();
    void fault(const std::string& what);

    Clients& clients_;
    std::size_t request_;  // index of the next request to send
    std::uint64_t sent_at_ = 0;
    bool waiting_ = false;  // for an answer
    Fd fd_;
    StreamReader reader_;
    Outbox out_;
  };

  void open_one();
  sockaddr_in next_source();

  EventLoop& loop_;
  const Options& options_;
  const Messages& messages_;
  Tally& tally_;
  Scratch scratch_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t held_ = 0;
  std::uint32_t source_ = 0;
};

}  // namespace headgate::bench
