// All clients of a run.
#pragma once

#include <memory>
#include <vector>

#include "load/client.h"

namespace headgate::bench {

// Owned by main; lives as long as its loop is polled.
class Clients {
 public:
  Clients(EventLoop& loop, const Options& options, const Messages& messages, Tally& tally, Scratch scratch);

  // Opens all connections and sends the first requests.
  void start();

  // --hold: call again and again; opens a few at a time until `count` connections have had their answer.
  // True: they have, and all are open.
  bool hold(std::size_t count);

 private:
  void open_one();

  ClientContext context_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace headgate::bench
