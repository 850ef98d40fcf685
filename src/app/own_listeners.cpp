#include "app/own_listeners.h"

#include <ifaddrs.h>

#include <cstdint>
#include <string>

#include "app/options_of.h"
#include "base/log.h"

namespace headgate::app {
namespace {

std::vector<std::string> addresses_of_machine() {
  std::vector<std::string> found;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) {
    log::warning(
        "the addresses of this machine cannot be listed: requests may be proxied to Headgate itself");
    return found;
  }
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next)
    if (each->ifa_addr != nullptr &&
        (each->ifa_addr->sa_family == AF_INET || each->ifa_addr->sa_family == AF_INET6))
      found.push_back(SocketAddress::from_sockaddr(each->ifa_addr).ip_string());
  ::freeifaddrs(all);
  return found;
}

bool is_all_addresses(const SocketAddress& address) {
  const std::string ip = address.ip_string();
  return ip == "0.0.0.0" || ip == "::";
}

}  // namespace

std::vector<SocketAddress> own_listeners(const Flags& flags) {
  // Where the ConfigMap says other addresses, they are some of these.
  const proxy::ListenAddresses listen = listen_addresses(flags, {});
  std::vector<SocketAddress> bound = listen.http;
  bound.insert(bound.end(), listen.https.begin(), listen.https.end());
  bound.push_back(admin_address(flags));
  const std::vector<std::string> machine = addresses_of_machine();
  std::vector<SocketAddress> own;
  for (const SocketAddress& address : bound) {
    if (!is_all_addresses(address)) {
      own.push_back(address);
      continue;
    }
    for (const std::string& ip : machine) own.push_back(*SocketAddress::parse(ip, address.port()));
  }
  return own;
}

}  // namespace headgate::app
