// One client of the load: a connection at a time, and what all clients share.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "load/h2_requests.h"
#include "load/messages.h"
#include "load/options.h"
#include "load/stream_reader.h"
#include "load/tally.h"
#include "load/tls_stream.h"
#include "net/event_loop.h"
#include "net/tcp.h"

namespace headgate::bench {

// Owned by Clients; one thread.
struct ClientContext {
  EventLoop& loop;
  const Options& options;
  const Messages& messages;
  Tally& tally;
  Scratch scratch;
  std::optional<TlsContext> tls;          // with --tls
  std::optional<H2Requests> h2_requests;  // with --streams
  std::size_t held = 0;                   // --hold: connections that have had their answer
  std::uint32_t source = 0;

  // A new connection to the proxy, from the next of the client addresses.
  Fd connect();
};

// Sends requests and checks answers until the run ends, or until something is wrong (one fault fails the run,
// so a connection that broke is not replaced).
class Client : public EventHandler {
 public:
  // Connects and begins.
  virtual void open() = 0;
};

// The client the options ask for; `index` tells it from the others.
std::unique_ptr<Client> make_client(ClientContext& context, std::size_t index);

}  // namespace headgate::bench
