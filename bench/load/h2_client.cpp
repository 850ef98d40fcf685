#include "load/h2_client.h"

#include "load/time.h"

namespace headgate::bench {

H2Client::H2Client(ClientContext& context, std::size_t index)
    : context_(context), host_(index * 37 % context.h2_requests->host_count()), stream_(*context.tls) {}

void H2Client::open() {
  fd_ = context_.connect();
  stream_.open(fd_.get(), context_.h2_requests->host_name(host_));
  secure_ = false;
  codec_ = std::make_unique<H2Codec>(*context_.h2_requests, host_, context_.options.streams,
                                     context_.messages.answer_body(), context_.tally);
  context_.loop.add(fd_.get(), this);
}

// All that has arrived is read before anything is sent, so that the next requests go in one segment.
void H2Client::on_events(std::uint32_t) {
  if (!fd_.valid() || (!secure_ && !shake_hands()) || !read()) return;
  send();
}

bool H2Client::shake_hands() {
  const TlsStream::Status status = stream_.handshake();
  if (status == TlsStream::Status::blocked) return false;
  if (status != TlsStream::Status::done) {
    fault(stream_.problem());
    return false;
  }
  secure_ = true;
  ++context_.tally.handshakes;
  if (stream_.resumed()) ++context_.tally.resumptions;
  return true;
}

bool H2Client::read() {
  std::size_t got = 0;
  for (;;) {
    switch (stream_.read(context_.scratch.data, Scratch::kSize, got)) {
      case TlsStream::Status::done:
        if (!codec_->feed({context_.scratch.data, got}, now_ns())) {
          fault(codec_->problem());
          return false;
        }
        if (!codec_->finished()) break;
        stream_.close();
        fd_.reset();
        open();
        return false;
      case TlsStream::Status::blocked:
        return true;
      case TlsStream::Status::closed:
      case TlsStream::Status::failed:
        fault("the proxy closed without GOAWAY");
        return false;
    }
  }
}

void H2Client::send() {
  std::string& output = codec_->output(now_ns());
  const TlsStream::Status status = stream_.write(output);
  output.clear();
  if (status == TlsStream::Status::failed) fault(stream_.problem());
}

void H2Client::fault(const std::string& what) {
  context_.tally.fault("client: " + what);
  fd_.reset();
}

}  // namespace headgate::bench
