#include "load/plain_client.h"

#include "load/time.h"

namespace headgate::bench {

// Neighbours start far apart, so that no two run through the hosts in step.
PlainClient::PlainClient(ClientContext& context, std::size_t index)
    : context_(context),
      request_(index * 37 % context.messages.request_count()),
      reader_(MessageReader::Kind::response, context.messages.answer_body()) {}

void PlainClient::open() {
  fd_ = context_.connect();
  reader_ = StreamReader(MessageReader::Kind::response, context_.messages.answer_body());
  context_.loop.add(fd_.get(), this);
  send_next();
}

void PlainClient::send_next() {
  out_.put(context_.messages.request_head(request_), context_.messages.request_body());
  if (++request_ == context_.messages.request_count()) request_ = 0;
  waiting_ = true;
  sent_at_ = now_ns();
  flush();
}

void PlainClient::flush() {
  if (out_.flush(fd_.get()) == Outbox::Progress::failed)
    fault("the proxy closed before the whole request was sent");
}

void PlainClient::on_events(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !out_.empty()) flush();
  if (fd_.valid() && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(events);
}

void PlainClient::read(std::uint32_t events) {
  switch (reader_.read(fd_.get(), context_.scratch, events, context_.tally.answer_bytes)) {
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

void PlainClient::answered() {
  waiting_ = false;
  ++context_.tally.answers;
  context_.tally.latency.add(now_ns() - sent_at_);
  if (context_.options.hold) {
    ++context_.held;
    return;
  }
  if (context_.options.reconnect || reader_.closes()) {
    fd_.reset();
    return open();
  }
  // A close that came with the answer has no further edge: ask the socket.
  if (reader_.maybe_more()) return fault("the proxy closed a connection that should live on");
  send_next();
}

void PlainClient::fault(const std::string& what) {
  context_.tally.fault("client: " + what);
  out_.clear();
  waiting_ = false;
  fd_.reset();
  // One fault is enough to fail the run, so a connection that broke is not replaced.
}

}  // namespace headgate::bench
