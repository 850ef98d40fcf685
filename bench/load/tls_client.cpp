#include "load/tls_client.h"

#include <utility>

#include "load/time.h"

namespace headgate::bench {
namespace {

std::string host_of(std::string_view head) {
  head.remove_prefix(head.find("\r\nHost: ") + 8);
  return std::string(head.substr(0, head.find("\r\n")));
}

}  // namespace

TlsClient::TlsClient(ClientContext& context, std::size_t index)
    : context_(context),
      host_(host_of(context.messages.request_head(index * 37 % context.options.hosts))),
      request_(index * 37 % context.options.hosts),
      stream_(*context.tls),
      reader_(MessageReader::Kind::response, context.messages.answer_body()) {}

void TlsClient::open() {
  fd_ = context_.connect();
  stream_.open(fd_.get(), host_);
  secure_ = false;
  reader_ = MessageReader(MessageReader::Kind::response, context_.messages.answer_body());
  context_.loop.add(fd_.get(), this);
}

void TlsClient::on_events(std::uint32_t) {
  if (fd_.valid()) go_on();
}

void TlsClient::go_on() {
  if (!secure_ && !shake_hands()) return;
  if (stream_.has_unsent() && stream_.flush() == TlsStream::Status::failed) {
    fault(stream_.problem());
    return;
  }
  std::size_t got = 0;
  for (;;) {
    switch (stream_.read(context_.scratch.data, Scratch::kSize, got)) {
      case TlsStream::Status::done:
        context_.tally.answer_bytes += got;
        if (!take(context_.scratch.data, got)) return;
        break;
      case TlsStream::Status::blocked:
        return;
      case TlsStream::Status::closed:
        fault(waiting_ ? "the proxy closed instead of answering" : "the proxy closed an idle connection");
        return;
      case TlsStream::Status::failed:
        fault(stream_.problem());
        return;
    }
  }
}

bool TlsClient::shake_hands() {
  switch (stream_.handshake()) {
    case TlsStream::Status::done:
      break;
    case TlsStream::Status::blocked:
      return false;
    default:
      return fault(stream_.problem());
  }
  secure_ = true;
  ++context_.tally.handshakes;
  if (stream_.resumed()) ++context_.tally.resumptions;
  send_next();
  return fd_.valid();
}

void TlsClient::send_next() {
  waiting_ = true;
  sent_at_ = now_ns();
  TlsStream::Status status = stream_.write(context_.messages.request_head(request_));
  if (status == TlsStream::Status::done && !context_.messages.request_body().empty())
    status = stream_.write(context_.messages.request_body());
  request_ += context_.options.hosts;
  if (request_ >= context_.messages.request_count()) request_ %= context_.options.hosts;
  if (status == TlsStream::Status::failed) fault(stream_.problem());
}

bool TlsClient::take(const char* data, std::size_t size) {
  if (!waiting_) return fault("an answer nobody asked for");
  const MessageReader::Result result = reader_.feed(data, size);
  if (result.state == MessageReader::State::broken) return fault(reader_.problem());
  if (result.state == MessageReader::State::open) return true;
  if (result.consumed != size) return fault("bytes behind the end of a message");
  return answered();
}

bool TlsClient::answered() {
  waiting_ = false;
  ++context_.tally.answers;
  context_.tally.latency.add(now_ns() - sent_at_);
  if (context_.options.hold) {
    ++context_.held;
    return true;
  }
  if (context_.options.reconnect || reader_.closes()) {
    reopen();
    return false;
  }
  reader_.reset();
  send_next();
  return fd_.valid();
}

void TlsClient::reopen() {
  if (context_.options.resume && !stream_.keep_session()) {
    fault("the proxy gave no session to resume");
    return;
  }
  stream_.close();
  fd_.reset();
  open();
}

bool TlsClient::fault(const std::string& what) {
  context_.tally.fault("client: " + what);
  waiting_ = false;
  fd_.reset();
  return false;
}

}  // namespace headgate::bench
