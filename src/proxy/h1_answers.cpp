// H1Connection: writing answers.
#include <algorithm>
#include <cstring>

#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/h1_connection.h"
#include "proxy/head_writer.h"

namespace headgate::proxy {

void H1Connection::write(const char* data, std::size_t size) {
  bytes_sent_ += size;
  if (write_failed_) return;
  if (output_.empty()) {
    const IoResult result = transport_.write(data, size);
    if (result.status == IoStatus::failed) {  // closed once the caller is done with us
      write_failed_ = true;
      context_.loop.requeue(*this);
      return;
    }
    if (result.bytes == size && !transport_.has_unsent()) return;
    data += result.bytes;
    size -= result.bytes;
    context_.timers.set(*this, context_.now + context_.config.client_send_timeout);
  }
  output_.append({data, size});
}

void H1Connection::flush() {
  IoResult result{transport_.flush()};
  if (result.status == IoStatus::done && !output_.empty()) {
    result = transport_.write(output_.data(), output_.size());
    output_.consume(result.bytes);
  }
  if (result.status == IoStatus::failed) {
    close();
    return;
  }
  if (congested()) {  // writability is told only after the client has taken something
    context_.timers.set(*this, context_.now + context_.config.client_send_timeout);
    return;
  }
  output_.release();
  if (!body_complete_ && !body_abandoned_) {
    context_.timers.set(*this, context_.now + context_.listeners->client_body_timeout);
  } else {
    TimerWheel::unset(*this);
  }
  if (exchange_ != nullptr) exchange_->on_downstream_drained();
}

void H1Connection::send_continue() {
  if (http10_) return;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  write(kContinue.data(), kContinue.size());
}

void H1Connection::send_interim(http::ResponseHead& head) {
  if (http10_) return;
  char* const out = context_.scratch.head();
  write(out, static_cast<std::size_t>(write_interim_head(head, {}, out) - out));
}

int H1Connection::send_switching(http::ResponseHead& head, std::string_view protocol) {
  char* const out = context_.scratch.head();
  write(out, static_cast<std::size_t>(write_interim_head(head, protocol, out) - out));
  return head.status;
}

bool H1Connection::must_close() const {
  const router::ListenerSettings& settings = *context_.listeners;
  return close_after_ || !client_keep_alive_ || !body_complete_ || context_.draining ||
         requests_ >= settings.keep_alive_requests || settings.keep_alive.count() == 0;
}

void H1Connection::send_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* data,
                             std::size_t size, bool last) {
  ResponseFraming framing;
  framing.body = facts.body;
  framing.has_content_length = facts.has_content_length;
  framing.content_length = facts.content_length;
  if (facts.body == http::BodyKind::until_close || facts.body == http::BodyKind::chunked) {
    framing.body = http10_ ? http::BodyKind::until_close : http::BodyKind::chunked;
  }
  chunked_response_ = framing.body == http::BodyKind::chunked;
  if (framing.body == http::BodyKind::until_close) close_after_ = true;
  close_after_ = must_close();
  framing.close = close_after_;
  framing.http10_keep_alive = http10_ && !close_after_;
  if (!facts.has_date) framing.date = context_.date.http_date();

  char* const begin = context_.scratch.head();
  char* end = write_response_head(head, framing, begin);
  const auto head_size = static_cast<std::size_t>(end - begin);
  if (size == 0) {
    if (chunked_response_ && last) end = std::copy_n("0\r\n\r\n", 5, end);
    write(begin, static_cast<std::size_t>(end - begin));
    return;
  }
  char* first = data;
  char* after = data + size;
  if (chunked_response_) {
    first = write_chunk_size_before(data, size);
    *after++ = '\r';
    *after++ = '\n';
    if (last) after = std::copy_n("0\r\n\r\n", 5, after);
  }
  if (head_size + static_cast<std::size_t>(data - first) <= Scratch::kHeadroom) {  // one segment
    first -= head_size;
    std::memcpy(first, begin, head_size);
  } else {
    write(begin, head_size);
  }
  write(first, static_cast<std::size_t>(after - first));
}

void H1Connection::send_body(char* data, std::size_t size, bool last) {
  char* end = data + size;
  if (chunked_response_) {
    if (size > 0) {
      data = write_chunk_size_before(data, size);
      *end++ = '\r';
      *end++ = '\n';
    }
    if (last) end = std::copy_n("0\r\n\r\n", 5, end);
  }
  if (data != end) write(data, static_cast<std::size_t>(end - data));
}

void H1Connection::send_trailers(std::string_view lines) {
  if (!chunked_response_) return;
  std::string end = "0\r\n";
  if (accepts_trailers_) end += lines;
  end += "\r\n";
  write(end.data(), end.size());
}

std::uint64_t H1Connection::send_local_reply(http::LocalReply reply) {
  reply.close = close_after_ = reply.close || must_close();
  reply.http10_keep_alive = http10_ && !close_after_;
  std::string& out = context_.scratch.reply;
  out.clear();
  http::append_local_reply(reply, context_.date.http_date(), out);
  write(out.data(), out.size());
  const std::size_t head_end = out.find("\r\n\r\n");
  return head_end == std::string::npos ? 0 : out.size() - head_end - 4;
}

void H1Connection::become_tunnel(std::unique_ptr<Tunnel> tunnel, UpstreamConnection& upstream) {
  state_ = State::tunnelling;
  tunnel_ = std::move(tunnel);
  TimerWheel::unset(*this);
  ByteBuffer to_upstream;
  ByteBuffer to_client;
  ByteBuffer received;
  upstream.become_tunnel(*tunnel_, to_upstream, received);
  to_upstream.append(input_.view());
  input_.release();
  to_client.swap(output_);
  to_client.append(received.view());
  tunnel_->start(*this, transport_, to_upstream, upstream.transport(), to_client);
}

}  // namespace headgate::proxy
