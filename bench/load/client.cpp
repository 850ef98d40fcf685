#include "load/client.h"

#include <netinet/in.h>

#include "load/h2_client.h"
#include "load/plain_client.h"
#include "load/tls_client.h"

namespace headgate::bench {

Fd ClientContext::connect() {
  if (options.sources == 1) return connect_to(options.target, nullptr);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000101 + source++ % static_cast<std::uint32_t>(options.sources));
  return connect_to(options.target, &address);
}

std::unique_ptr<Client> make_client(ClientContext& context, std::size_t index) {
  if (context.h2_requests) return std::make_unique<H2Client>(context, index);
  if (context.tls) return std::make_unique<TlsClient>(context, index);
  return std::make_unique<PlainClient>(context, index);
}

}  // namespace headgate::bench
