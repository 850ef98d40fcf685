// Where this process listens, address by address: nothing is to be proxied there.
#pragma once

#include <vector>

#include "app/flags.h"
#include "base/socket_address.h"

namespace headgate::app {

// With every address that the machine has now in place of "all addresses".
std::vector<SocketAddress> own_listeners(const Flags& flags);

}  // namespace headgate::app
