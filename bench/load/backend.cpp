#include "load/backend.h"

#include <utility>

namespace headgate::bench {

Backend::Backend(EventLoop& loop, const Options& options, const Messages& messages, Tally& tally,
                 Scratch scratch)
    : loop_(loop),
      messages_(messages),
      tally_(tally),
      scratch_(scratch),
      listener_(listen_on(options.backend_port)) {
  loop_.add(listener_.get(), this);
}

void Backend::on_events(std::uint32_t) {
  for (Fd fd = accept_from(listener_.get()); fd.valid(); fd = accept_from(listener_.get())) {
    const auto index = static_cast<std::size_t>(fd.get());
    if (connections_.size() <= index) connections_.resize(index + 1);
    connections_[index] = std::make_unique<Connection>(*this, std::move(fd));
    loop_.add(static_cast<int>(index), connections_[index].get());
    ++tally_.upstream_connections;
  }
}

Backend::Connection::Connection(Backend& backend, Fd fd)
    : backend_(backend),
      fd_(std::move(fd)),
      reader_(MessageReader::Kind::request, backend.messages_.request_body()) {}

void Backend::Connection::on_events(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !out_.empty() && !flush()) return close();
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
  std::uint64_t bytes = 0;
  for (;;) {
    switch (reader_.read(fd_.get(), backend_.scratch_, events, bytes)) {
      case StreamReader::Outcome::drained:
        return;
      case StreamReader::Outcome::complete:
        if (!out_.empty()) {
          backend_.tally_.fault("backend: a second request before the first was answered");
          return close();
        }
        out_.put(backend_.messages_.answer(), {});
        if (!flush()) return close();
        if (!reader_.maybe_more()) return;
        break;
      case StreamReader::Outcome::ended:
        if (reader_.in_message()) backend_.tally_.fault("backend: a request that was cut off");
        return close();
      case StreamReader::Outcome::failed:
        backend_.tally_.fault(std::string("backend: ") + reader_.problem());
        return close();
    }
  }
}

bool Backend::Connection::flush() {
  if (out_.flush(fd_.get()) != Outbox::Progress::failed) return true;
  backend_.tally_.fault("backend: the proxy closed before the whole answer was sent");
  return false;
}

// Destroys this connection: the last thing a member function does.
void Backend::Connection::close() { backend_.connections_[static_cast<std::size_t>(fd_.get())].reset(); }

}  // namespace headgate::bench
