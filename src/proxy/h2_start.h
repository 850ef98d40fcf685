// Where a connection that speaks HTTP/2 begins.
#pragma once

#include <memory>

namespace headgate::proxy {

class IoForward;
class Transport;
struct ClientInfo;
struct WorkerContext;

// Makes the HTTP/2 connection of a client that chose h2 by ALPN, and adds it to the Worker's list.
// `transport`: its handshake is done, its descriptor is in the loop for another handler, by `forward` or,
// where that is null, by itself (IoLoop::move), and bytes of the client may have been read already: there
// need not be an event before the first read. `client.tls` stays valid as long as the Transport, moved or
// not. Where the Worker drains, the connection does at once.
void start_h2_connection(WorkerContext& context, Transport&& transport, std::unique_ptr<IoForward> forward,
                         const ClientInfo& client);

}  // namespace headgate::proxy
