#include "proxy/h2_start.h"

#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/transport.h"

namespace headgate::proxy {

void start_h2_connection(WorkerContext&, Transport&& transport, const ClientInfo&) {
  Transport(std::move(transport)).close();
}

}  // namespace headgate::proxy
