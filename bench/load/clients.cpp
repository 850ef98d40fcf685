#include "load/clients.h"

#include <algorithm>

#include "load/time.h"

namespace headgate::bench {
namespace {
constexpr std::size_t kOpeningAtOnce =
    64;  // --hold: few requests under way, so that the proxy needs few upstreams
}

Clients::Clients(EventLoop& loop, const Options& options, const Messages& messages, Tally& tally,
                 Scratch scratch)
    : loop_(loop), options_(options), messages_(messages), tally_(tally), scratch_(scratch) {
  connections_.reserve(options.connections);
}

void Clients::start() {
  const std::size_t now =
      options_.hold ? std::min(kOpeningAtOnce, options_.connections) : options_.connections;
  for (std::size_t i = 0; i < now; ++i) open_one();
}

void Clients::open_one() {
  connections_.push_back(std::make_unique<Connection>(*this, connections_.size()));
  connections_.back()->open();
}

sockaddr_in Clients::next_source() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000101 + source_++ % static_cast<std::uint32_t>(options_.sources));
  return address;
}

// Neighbours start far apart, so that no two run through the hosts in step.
Clients::Connection::Connection(Clients& clients, std::size_t index)
    : clients_(clients),
      request_(index * 37 % clients.messages_.request_count()),
      reader_(MessageReader::Kind::response, clients.messages_.answer_body()) {}

void Clients::Connection::open() {
  const sockaddr_in source = clients_.next_source();
  fd_ = connect_to(clients_.options_.target, clients_.options_.sources > 1 ? &source : nullptr);
  reader_ = StreamReader(MessageReader::Kind::response, clients_.messages_.answer_body());
  clients_.loop_.add(fd_.get(), this);
  send_next();
}

void Clients::Connection::send_next() {
  out_.put(clients_.messages_.request_head(request_), clients_.messages_.request_body());
  if (++request_ == clients_.messages_.request_count()) request_ = 0;
  waiting_ = true;
  sent_at_ = now_ns();
  flush();
}

void Clients::Connection::flush() {
  if (out_.flush(fd_.get()) == Outbox::Progress::failed)
    fault("the proxy closed before the whole request was sent");
}

void Clients::Connection::on_events(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !out_.empty()) flush();
  if (fd_.valid() && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(events);
}

void Clients::Connection::read(std::uint32_t events) {
  switch (reader_.read(fd_.get(), clients_.scratch_, events, clients_.tally_.answer_bytes)) {
    case StreamReader::Outcome::drained:
      return;
    case StreamReader::Outcome::complete:
      if (!waiting_) return fault("an answer nobody asked for");
      if (!out_.empty()) return fault("an answer before the whole request was sent");
      return answered();
    case StreamReader::Outcome::ended:
      return fault(waiting_ ? "the proxy closed instead of answering"
                            : "the proxy closed an idle connection");
    case StreamReader::Outcome::failed:
      return fault(reader_.problem());
  }
}

void Clients::Connection::answered() {
  waiting_ = false;
  ++clients_.tally_.answers;
  clients_.tally_.latency.add(now_ns() - sent_at_);
  if (clients_.options_.hold) {
    ++clients_.held_;
    if (clients_.connections_.size() < clients_.options_.connections) clients_.open_one();
    return;
  }
  if (clients_.options_.reconnect || reader_.closes()) {
    fd_.reset();
    return open();
  }
  // A close that came with the answer has no further edge: ask the socket.
  if (reader_.maybe_more()) return fault("the proxy closed a connection that should live on");
  send_next();
}

void Clients::Connection::fault(const std::string& what) {
  clients_.tally_.fault("client: " + what);
  out_.clear();
  waiting_ = false;
  fd_.reset();
  // One fault is enough to fail the run, so a connection that broke is not replaced.
}

}  // namespace headgate::bench
