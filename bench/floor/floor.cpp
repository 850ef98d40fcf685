// The kernel floor: the least any user-space proxy can cost. A relay that reads and writes bytes without
// looking at them: 2 recv + 2 send for each exchange. A client connection keeps one upstream connection while
// it lives; afterwards that upstream connection waits for the next client.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/event_loop.h"
#include "net/tcp.h"

namespace headgate::bench {
namespace {

constexpr std::size_t kScratch = 256 * 1024;

class Relay;

// One end of a relayed pair.
struct Side : EventHandler {
  Side(Relay& owner, Fd socket, bool client) : relay(owner), fd(std::move(socket)), is_client(client) {}
  void on_events(std::uint32_t events) override;

  Relay& relay;
  Fd fd;
  bool is_client;
  bool dead = false;
  bool readable = false;  // bytes may wait in the kernel although no further edge will tell
  bool ended = false;     // the far end will send no more: a short read is not yet the last
  Side* peer = nullptr;
  std::string unsent;  // for this side; while there is any, the peer is not read
};

class Relay : public EventHandler {
 public:
  Relay(std::uint16_t port, const sockaddr_in& upstream)
      : listener_(listen_on(port)), upstream_(upstream), scratch_(std::make_unique<char[]>(kScratch)) {
    loop_.add(listener_.get(), this);
  }

  [[noreturn]] void run() {
    for (;;) {
      loop_.poll(-1);
      for (Side* side : graveyard_) delete side;
      graveyard_.clear();
    }
  }

  void on_events(std::uint32_t) override {
    for (Fd fd = accept_from(listener_.get()); fd.valid(); fd = accept_from(listener_.get())) {
      Side* client = adopt(std::move(fd), true);
      Side* upstream = nullptr;
      if (idle_.empty()) {
        upstream = adopt(connect_to(upstream_, nullptr), false);
      } else {
        upstream = idle_.back();
        idle_.pop_back();
      }
      client->peer = upstream;
      upstream->peer = client;
    }
  }

  void serve(Side& side, std::uint32_t events) {
    if (side.peer == nullptr) return discard_idle(side);
    if ((events & EPOLLOUT) != 0 && !side.unsent.empty()) {
      std::string rest = std::move(side.unsent);
      side.unsent.clear();
      if (!send(side, rest.data(), rest.size())) return close_pair(side, Upstream::close);
      if (side.unsent.empty() && side.peer->readable && !pump(*side.peer)) return;
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      side.readable = true;
      side.ended |= (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
      pump(side);
    }
  }

 private:
  enum class Upstream { keep, close };

  Side* adopt(Fd fd, bool client) {
    auto* side = new Side(*this, std::move(fd), client);  // deleted through graveyard_
    loop_.add(side->fd.get(), side);
    return side;
  }

  // Moves what there is from `side` to its peer. False: the pair is gone.
  bool pump(Side& side) {
    while (side.peer->unsent.empty()) {
      const ssize_t count = ::recv(side.fd.get(), scratch_.get(), kScratch, 0);
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        side.readable = false;
        return true;
      }
      if (count <= 0) {
        close_pair(side, count == 0 && side.is_client ? Upstream::keep : Upstream::close);
        return false;
      }
      if (!send(*side.peer, scratch_.get(), static_cast<std::size_t>(count))) {
        close_pair(side, Upstream::close);
        return false;
      }
      // A short read has drained the socket; what comes later is a new edge.
      if (static_cast<std::size_t>(count) < kScratch && !side.ended) {
        side.readable = false;
        return true;
      }
    }
    return true;
  }

  bool send(Side& to, const char* data, std::size_t size) {
    const ssize_t count = ::send(to.fd.get(), data, size, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    const auto sent = count < 0 ? std::size_t{0} : static_cast<std::size_t>(count);
    if (sent < size) to.unsent.append(data + sent, size - sent);
    return true;
  }

  void close_pair(Side& side, Upstream fate) {
    Side* client = side.is_client ? &side : side.peer;
    Side* upstream = side.is_client ? side.peer : &side;
    upstream->peer = nullptr;
    if (fate == Upstream::keep && upstream->unsent.empty()) {
      idle_.push_back(upstream);
    } else {
      bury(*upstream);
    }
    bury(*client);
  }

  void discard_idle(Side& side) {
    // The edge of a send buffer that drained late is not news; a readable byte or an end is.
    char byte;
    if (::recv(side.fd.get(), &byte, 1, MSG_PEEK) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    std::erase(idle_, &side);
    bury(side);
  }

  void bury(Side& side) {
    if (side.dead) return;
    side.dead = true;
    side.fd.reset();
    graveyard_.push_back(&side);  // later events of this batch may still name it
  }

  EventLoop loop_;
  Fd listener_;
  sockaddr_in upstream_;
  std::unique_ptr<char[]> scratch_;
  std::vector<Side*> idle_;
  std::vector<Side*> graveyard_;
};

void Side::on_events(std::uint32_t events) {
  if (!dead) relay.serve(*this, events);
}

}  // namespace
}  // namespace headgate::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: floor LISTEN_PORT UPSTREAM_ADDRESS:PORT\n");
    return 2;
  }
  try {
    const long port = std::strtol(argv[1], nullptr, 10);
    if (port < 1 || port > 65535) throw std::invalid_argument(std::string("not a port: ") + argv[1]);
    headgate::bench::Relay relay(static_cast<std::uint16_t>(port), headgate::bench::parse_address(argv[2]));
    relay.run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "floor: %s\n", error.what());
    return 1;
  }
}
