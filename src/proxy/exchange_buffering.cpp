// Exchange: requests whose whole content is read before a pod is asked (proxy-request-buffering: on). A
// client that is slow, or leaves, costs no pod anything, and every try has all of the content.
#include <cerrno>
#include <utility>

#include "proxy/context.h"
#include "proxy/exchange.h"

namespace headgate::proxy {
namespace {

// Content up to so much goes out with the head and stays with it for another try, as what comes with a
// request does anyway: the buffer has done its part then.
constexpr std::uint64_t kSentWithHead = std::uint64_t{8} * 1024;
// Read from a file, and given to the upstream, at a time; and so often before others have their turn.
constexpr std::size_t kPiece = Scratch::kPackedRoom;
constexpr int kPiecesPerTurn = 8;

}  // namespace

void BufferedRequest::on_io(std::uint32_t) {
  if (exchange_.buffered() == this) exchange_.send_buffered();
}

// Pods of HTTP/2 are left alone, as those of gRPC by nginx: both sides of a call talk in turns. What the
// client says of its content does not count: it could spare itself what its pods are to be spared.
bool Exchange::is_to_be_buffered() {
  using router::UpstreamProtocol;
  hold_pool();
  const UpstreamProtocol protocol =
      route_->protocol.value_or(pool_ ? pool_->protocol() : UpstreamProtocol::http1);
  return protocol != UpstreamProtocol::h2c && protocol != UpstreamProtocol::h2;
}

void Exchange::begin_buffering(const policy::RequestView& request) {
  const std::string_view early = std::exchange(early_body_, {});
  buffered_ = std::make_unique<BufferedRequest>(*this, *context_->config.content_spool,
                                                request.namespace_name, route_->settings.body_buffer);
  const RequestBuffer::Added added = buffered_->content.append(early);  // before hold() makes a copy of it
  const int error = errno;
  hold(request);
  held_->forget_body();
  hold_pool();
  if (added != RequestBuffer::Added::done) {
    refuse_buffering(added, error);
    return;
  }
  if (body_complete_) {
    end_buffering();
    return;
  }
  if (std::exchange(continue_owed_, false)) downstream_->send_continue();
  downstream_->resume_request_body();  // the Exchange may be over when this returns
}

// A piece of content, and no upstream yet.
void Exchange::buffer_body(std::string_view bytes, bool last) {
  if (buffered_ == nullptr || buffered_->whole) return;
  if (is_too_large(body_received_)) {
    on_request_body_failed({413, RejectReason::body_too_large});
    return;
  }
  if (const auto added = buffered_->content.append(bytes); added != RequestBuffer::Added::done)
    refuse_buffering(added, errno);
  else if (last)
    end_buffering();
}

// Waiting for room instead could wait for ever: those who hold it may be waiting for room themselves.
void Exchange::refuse_buffering(RequestBuffer::Added why, int error) {
  ContentSpool& spool = *context_->config.content_spool;
  if (why == RequestBuffer::Added::full) {
    spool.tell_full();
    on_request_body_failed({503, RejectReason::request_buffer_full});
  } else {
    spool.tell_no_file(error);
    on_request_body_failed({500, RejectReason::request_buffer_file});
  }
}

// What was chunked has a length now.
void Exchange::end_buffering() {
  RequestBuffer& content = buffered_->content;
  buffered_->whole = true;
  body_kind_ = held_->facts.body = http::BodyKind::length;
  held_->facts.content_length = content.size();
  if (!content.in_file() && content.size() <= kSentWithHead) {
    held_->keep_body(content.size() == 0 ? std::string_view() : content.read(0, nullptr, kSentWithHead));
    early_body_ = held_->body();
    drop_buffered();
  }
  ask_pod(held_->head, held_view());
}

// The head has been sent; `buffered_` has what follows it.
void Exchange::begin_sending_buffered() {
  buffered_->sent = 0;
  buffered_->sending_to = try_count_;
  send_buffered();
}

void Exchange::send_buffered() {
  if (upstream_ == nullptr || buffered_->sending_to != try_count_) return;
  for (int i = 0; i < kPiecesPerTurn; ++i) {
    if (buffered_->sent == buffered_->content.size()) return;
    if (upstream_->congested()) return;  // on_upstream_drained() goes on
    const std::string_view piece =
        buffered_->content.read(buffered_->sent, context_->scratch.packed(), kPiece);
    if (piece.empty()) {
      context_->config.content_spool->tell_no_file(errno);
      on_request_body_failed({500, RejectReason::request_buffer_file});
      return;
    }
    buffered_->sent += piece.size();
    upstream_->send(piece.data(), piece.size());
    if (buffered_->sent == buffered_->content.size()) upstream_->request_complete();
  }
  context_->loop.requeue(*buffered_);
}

// The answer has begun: there is no other try. What an upstream of HTTP/1 has not got of the request by then
// it does not get, as of a request that is streamed.
void Exchange::on_answer_to_buffered() {
  if (!upstream_->is_duplex() || buffered_->sent == buffered_->content.size()) drop_buffered();
}

void Exchange::drop_buffered() {
  if (buffered_ == nullptr) return;
  buffered_->content.release();
  context_->loop.destroy_later(std::move(buffered_));
}

// For the mirror, whose copy is in memory.
void Exchange::mirror_buffered() {
  const RequestBuffer& content = buffered_->content;
  if (!mirror_->with_body) {
    add_to_mirror({}, true);
    return;
  }
  if (content.size() > MirrorCopy::kMostContent) {
    drop_mirror();
    return;
  }
  for (std::uint64_t at = 0; mirror_ != nullptr && at < content.size();) {
    const std::string_view piece = content.read(at, context_->scratch.packed(), kPiece);
    if (piece.empty()) {
      drop_mirror();
      return;
    }
    at += piece.size();
    add_to_mirror(piece, at == content.size());
  }
}

}  // namespace headgate::proxy
