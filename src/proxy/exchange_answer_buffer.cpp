// Exchange: answers that are read from their pods as fast as those give them (proxy-buffering: on), so that a
// client that is slow holds no pod. What the client takes at once never meets the buffer.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "proxy/context.h"
#include "proxy/exchange.h"

namespace headgate::proxy {
namespace {

// Sent from the buffer at a time; and so often before others have their turn.
constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr int kPiecesPerTurn = 8;

}  // namespace

void BufferedAnswer::on_io(std::uint32_t) {
  if (exchange_.answer() == this) exchange_.send_buffered_answer();
}

// The head has been sent, and there is more to come. Not of pods of HTTP/2: both sides of a call of gRPC talk
// in turns, and one stream that waits holds no connection.
void Exchange::begin_answer_buffer() {
  if (upstream_->is_duplex()) return;
  const router::RouteSettings& rules = settings();
  const AnswerBuffer::Limits limits{rules.answer_buffers * rules.answer_buffer, rules.answer_file};
  answer_ = std::make_unique<BufferedAnswer>(*this, *context_->config.content_spool, route_->namespace_name,
                                             limits);
}

// Nothing is before it in the buffer.
bool Exchange::goes_past_buffer() const { return answer_->content.empty() && client_takes(); }

bool Exchange::is_answer_held_back() const {
  const bool past = goes_past_buffer();
  const bool paced = pace_ != nullptr && pace_->has_begun();  // little goes past it then
  if ((past && !paced) || answer_->content.make_room() || past) return false;
  answer_->held_back = true;
  return true;
}

std::size_t Exchange::answer_room() const {
  return (goes_past_buffer() ? client_room() : 0) + answer_->content.room();
}

void Exchange::buffer_answer(char* data, std::size_t size, bool last) {
  AnswerBuffer& content = answer_->content;
  const bool first = content.empty();
  const std::size_t past = goes_past_buffer() ? std::min(size, client_room()) : 0;
  const bool whole = last && first && past == size;
  content.append({data + past, size - past});  // before what is sent is framed, over its first bytes
  if ((past > 0 || whole) && !give_to_client(data, past, whole)) return;
  if (whole) {
    content.release();  // room that was found and not used
    finish_response();
  } else if (last) {
    answer_->end = BufferedAnswer::End::whole;
    release_upstream();
  }
}

// The client takes bytes again, or others had their turn.
void Exchange::send_buffered_answer() {
  AnswerBuffer& content = answer_->content;
  for (int i = 0; i < kPiecesPerTurn && !content.empty() && client_takes(); ++i) {
    char* const piece = context_->scratch.input();
    const std::size_t size = content.take(piece, std::min(kPiece, client_room()));
    if (size == 0) {
      fail_answer_buffer(errno);
      return;
    }
    const bool whole = content.empty() && answer_->end == BufferedAnswer::End::whole;
    if (!give_to_client(piece, size, whole)) return;
    if (whole) {
      content.release();
      end_response();
      return;
    }
  }
  if (!content.empty()) {
    if (client_takes()) context_->loop.requeue(*answer_);
  } else if (answer_->end == BufferedAnswer::End::cut) {
    if (!downstream_->congested()) finish(Ending::cut);
    return;
  } else {
    content.release();  // room that was found and not used
  }
  if (!answer_->held_back || upstream_ == nullptr || is_answer_held_back()) return;
  answer_->held_back = false;
  upstream_->resume_response();
}

// What the pod gave before it broke off is for the client. True: it gets that first.
bool Exchange::cut_behind_buffer() {
  if (answer_ == nullptr || (answer_->content.empty() && !downstream_->congested())) return false;
  answer_->end = BufferedAnswer::End::cut;
  return true;
}

void Exchange::fail_answer_buffer(int error) {
  context_->config.content_spool->tell_lost_answer_file(error);
  if (upstream_ != nullptr) {
    current_try().response_time = since_try();
    upstream_->close();
    upstream_ = nullptr;
  }
  reason_ = RejectReason::answer_buffer_file;
  finish(Ending::cut);
}

void Exchange::drop_answer() {
  if (answer_ == nullptr) return;
  answer_->content.release();
  context_->loop.destroy_later(std::move(answer_));
}

}  // namespace headgate::proxy
