#include "proxy/upstream_opening.h"

#include <sys/epoll.h>

#include <utility>

#include "router/model.h"

namespace headgate::proxy {

UpstreamOpening::UpstreamOpening(const UpstreamWay& way)
    : tls_(way.tls == nullptr ? nullptr : way.tls->shared_from_this()),
      name_(way.tls == nullptr ? "" : way.cluster->service + "." + way.cluster->namespace_name + ".svc"),
      http2_(way.http2) {}

UpstreamOpening::Progress UpstreamOpening::go_on(std::uint32_t events, Transport& transport,
                                                 const TlsSessions* sessions, ByteBuffer& ciphertext) {
  if (!securing_) {
    if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return Progress::waits;
    if (transport.connect_error() != 0) return Progress::failed;
    if (tls_ == nullptr) return Progress::done;
    securing_ = true;
    const std::string name = std::exchange(name_, {});
    tls::ClientStart start;
    start.name = name;
    start.http2 = http2_;
    if (sessions != nullptr) start.resumption = sessions->find(*tls_);
    transport.start_tls(*tls_, start, ciphertext);
  }
  switch (transport.handshake().status) {
    case IoStatus::done:
      return Progress::done;
    case IoStatus::would_block:
      return Progress::waits;
    case IoStatus::closed:
    case IoStatus::failed:
      break;
  }
  return Progress::failed;
}

}  // namespace headgate::proxy
