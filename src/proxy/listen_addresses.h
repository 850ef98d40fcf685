// Where clients are listened to.
#pragma once

#include <vector>

#include "base/socket_address.h"

namespace headgate::proxy {

struct ListenAddresses {
  std::vector<SocketAddress> http;
  std::vector<SocketAddress> https;  // the same, over TLS
  friend bool operator==(const ListenAddresses&, const ListenAddresses&) = default;
};

}  // namespace headgate::proxy
