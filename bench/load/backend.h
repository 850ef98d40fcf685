// The upstream server: answers every request with the same bytes.
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
class Backend : public EventHandler {
 public:
  Backend(EventLoop& loop, const Options& options, const Messages& messages, Tally& tally, Scratch scratch);
  void on_events(std::uint32_t events) override;

 private:
  class Connection : public EventHandler {
   public:
    Connection(Backend& backend, Fd fd);
    void on_events(std::uint32_t events) override;

   private:
    bool flush();
    void close();

    Backend& backend_;
    Fd fd_;
    StreamReader reader_;
    Outbox out_;
  };

  EventLoop& loop_;
  const Messages& messages_;
  Tally& tally_;
  Scratch scratch_;
  Fd listener_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
};

}  // namespace headgate::bench
