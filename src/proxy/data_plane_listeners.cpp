// DataPlane: its listeners, at the start and when other addresses are wanted.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "proxy/acceptor.h"
#include "proxy/data_plane.h"
#include "proxy/worker.h"

namespace headgate::proxy {
namespace {

// SO_REUSEPORT lets a second process of the same user bind a port in use, silently: look without it first.
Result<void> check_free(const SocketAddress& address) {
  if (address.port() == 0) return {};
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot create a socket for " + address.to_string() + ": " + std::strerror(errno));
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.is_v6()) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const int bound = ::bind(fd, address.data(), address.size());
  const int error = errno;
  ::close(fd);
  if (bound != 0) return fail("cannot bind to " + address.to_string() + ": " + std::strerror(error));
  return {};
}

// SO_REUSEPORT lets two listeners of our own share an address, too: half of the clients would meet the wrong
// protocol.
Result<void> check_distinct(const ListenAddresses& listen) {
  std::set<std::string> seen;
  for (const auto* addresses : {&listen.http, &listen.https}) {
    for (const SocketAddress& address : *addresses) {
      if (address.port() != 0 && !seen.insert(address.to_string()).second)
        return fail("cannot listen on " + address.to_string() + " twice");
    }
  }
  return {};
}

bool is_among(const std::vector<SocketAddress>& addresses, const SocketAddress& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

bool is_all_addresses(const SocketAddress& address) {
  const std::string ip = address.ip_string();
  return ip == "0.0.0.0" || ip == "::";
}

// A listener of ours already has the port there: that it is taken says nothing about others.
bool is_covered(const std::vector<SocketAddress>& own, const SocketAddress& address) {
  return std::any_of(own.begin(), own.end(), [&address](const SocketAddress& each) {
    return each.family() == address.family() && each.port() == address.port() &&
           (is_all_addresses(each) || is_all_addresses(address));
  });
}

std::vector<SocketAddress> without(const std::vector<SocketAddress>& addresses,
                                   const std::vector<SocketAddress>& others) {
  std::vector<SocketAddress> rest;
  for (const SocketAddress& address : addresses)
    if (!is_among(others, address)) rest.push_back(address);
  return rest;
}

using Acceptors = std::vector<std::unique_ptr<Acceptor>>;

// One for each Worker.
Result<Acceptors> open_all(const SocketAddress& address, bool over_tls, std::size_t workers,
                           const std::vector<SocketAddress>& own) {
  if (!is_covered(own, address))
    if (Result<void> is_free = check_free(address); !is_free) return fail(is_free.error().message);
  Acceptors opened;
  for (std::size_t i = 0; i < workers; ++i) {
    opened.push_back(std::make_unique<Acceptor>(address, over_tls));
    if (Result<void> one = opened.back()->open(); !one) return fail(one.error().message);
  }
  return opened;
}

}  // namespace

Result<void> DataPlane::bind() {
  if (Result<void> distinct = check_distinct(listens_on_); !distinct) return distinct;
  for (const auto* addresses : {&listens_on_.http, &listens_on_.https}) {
    for (const SocketAddress& address : *addresses) {
      if (Result<void> is_free = check_free(address); !is_free) return is_free;
    }
  }
  for (const auto& worker : workers_) {
    if (Result<void> bound = worker->bind(listens_on_.http, false); !bound) return bound;
    if (Result<void> bound = worker->bind(listens_on_.https, true); !bound) return bound;
  }
  return {};
}

std::vector<Error> DataPlane::listen_on(const ListenAddresses& wanted) {
  std::vector<Error> errors;
  ListenAddresses next;
  std::vector<Acceptors> opened(workers_.size());
  const auto open_missing = [&](bool over_tls) {
    const std::vector<SocketAddress>& own = over_tls ? listens_on_.https : listens_on_.http;
    std::vector<SocketAddress>& usable = over_tls ? next.https : next.http;
    for (const SocketAddress& address : over_tls ? wanted.https : wanted.http) {
      if (is_among(own, address)) {
        usable.push_back(address);
        continue;
      }
      Result<Acceptors> acceptors = open_all(address, over_tls, workers_.size(), own);
      if (!acceptors) {
        errors.push_back(acceptors.error());
        continue;
      }
      usable.push_back(address);
      for (std::size_t i = 0; i < workers_.size(); ++i) opened[i].push_back(std::move((*acceptors)[i]));
    }
  };
  open_missing(false);
  open_missing(true);
  if (next.http.empty() || (next.https.empty() && !wanted.https.empty())) return errors;
  const ListenAddresses removed{without(listens_on_.http, next.http), without(listens_on_.https, next.https)};
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i]->post_listeners(std::move(opened[i]), removed);
  listens_on_ = std::move(next);
  return errors;
}

}  // namespace headgate::proxy
