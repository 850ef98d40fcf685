// H2Stream: what the Exchange and the Tunnel say.
#include <sys/epoll.h>

#include <algorithm>
#include <cstring>

#include "http/ascii.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/h2_connection.h"
#include "proxy/h2_stream.h"
#include "proxy/upstream_connection.h"

namespace headgate::proxy {
namespace {

// What a stream may read of its answer at once where its connection holds too much already: it goes on.
constexpr std::size_t kLeastRoom = 16 * 1024;

constexpr std::string_view kWebSocketAccept = "sec-websocket-accept";

}  // namespace

const ClientInfo& H2Stream::client() const { return connection_->client(); }

std::uint64_t H2Stream::connection_requests() const { return connection_->requests(); }

bool H2Stream::half_closed() const { return connection_->is_half_closed(); }

// --- heads ---

void H2Stream::count_fields(const http::FieldList& fields) {
  for (const http::Field& field : fields) {
    if (!field.drop) bytes_sent_ += field.name.size() + field.value.size();
  }
}

void H2Stream::send_interim(http::ResponseHead& head) {
  if (!open_ || reset_) return;
  connection_->say().send_head(id_, head, {}, {}, false);
  count_fields(head.fields);
}

void H2Stream::send_continue() {
  if (open_ && !reset_) connection_->say().send_local_head(id_, 100, {}, false);
}

void H2Stream::send_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* data,
                         std::size_t size, bool last) {
  if (!open_ || reset_) return;
  refuse_tunnel();
  const bool whole = last && size == 0;
  const std::string_view date = facts.has_date ? std::string_view() : connection_->context().date.http_date();
  connection_->say().send_head(id_, head, facts, date, whole);
  count_fields(head.fields);
  if (whole) {
    out_ended_ = true;
  } else {
    hold(data, size, last);
  }
}

std::uint64_t H2Stream::send_local_reply(http::LocalReply reply) {
  if (!open_ || reset_) return 0;
  refuse_tunnel();
  WorkerContext& context = connection_->context();
  std::string& text = context.scratch.reply;  // HTTP/1's: its fields and its page are ours too
  text.clear();
  http::append_local_reply(reply, context.date.http_date(), text);
  const std::size_t fields_begin = text.find("\r\n") + 2;
  const std::size_t fields_end = text.find("\r\n\r\n", fields_begin - 2) + 2;
  const std::string_view fields(text.data() + fields_begin, fields_end - fields_begin);
  const std::size_t page = text.size() - fields_end - 2;
  connection_->say().send_local_head(id_, reply.status, fields, page == 0);
  bytes_sent_ += fields.size();
  if (page == 0) {
    out_ended_ = true;
  } else {
    hold(text.data() + fields_end + 2, page, true);
  }
  return page;
}

// --- content ---

void H2Stream::send_body(char* data, std::size_t size, bool last) {
  if (open_ && !reset_) hold(data, size, last);
}

void H2Stream::send_trailers(std::string_view lines) {
  if (!open_ || reset_) return;
  trailers_ = lines;
  bytes_sent_ += lines.size();
  hold(nullptr, 0, true);
}

void H2Stream::hold(const char* data, std::size_t size, bool last) {
  out_.append({data, size});
  out_last_ = last;
  bytes_sent_ += size;
  connection_->note_held(static_cast<std::ptrdiff_t>(size));
  connection_->touch(*this);
  if (starved_ && (size > 0 || last)) {
    starved_ = false;
    connection_->say().resume(id_);
  }
}

void H2Stream::drop_held() {
  connection_->note_held(-static_cast<std::ptrdiff_t>(out_.size()));
  out_.clear();
}

bool H2Stream::congested() const {
  return connection_->is_blocked() || out_.size() >= kMostHeld || (!out_.empty() && connection_->is_full());
}

std::size_t H2Stream::room() const {
  if (connection_->is_full()) return kLeastRoom;
  return std::max(kMostHeld - std::min(out_.size(), kMostHeld), kLeastRoom);
}

// --- the request's content ---

void H2Stream::report(std::size_t size) {
  if (size > 0 && open_) connection_->say().consumed(id_, size);
}

void H2Stream::resume_request_body() {
  while (exchange_ != nullptr && !in_passed_on_ && (!in_.empty() || has_whole_content()) &&
         exchange_->wants_request_body()) {
    const std::size_t size = std::min(in_.size(), Scratch::kFramesRead);
    if (size > 0) std::memcpy(connection_->context().scratch.input(), in_.data(), size);
    in_.consume(size);
    pass_on(size);
  }
  arm(false);
}

void H2Stream::abandon_request_body() {
  in_abandoned_ = true;
  in_.clear();
}

void H2Stream::exchange_finished(Ending ending) {
  connection_->context().exchanges.release(exchange_);
  exchange_ = nullptr;
  if (ending == Ending::cut) {
    reset_behind(http::H2Error::internal_error);
  } else if (tunnel_ && !(out_last_ && in_ended_)) {
    reset_behind(http::H2Error::cancel);  // RFC 8441 §5: what ended was not closed
  } else if (open_ && !in_ended_) {
    connection_->touch(*this);  // settle() sees to its end
  }
  retire_if_over();
}

// --- tunnels ---

bool H2Stream::accepts(const http::ResponseHead& head) const {
  if (!wants_tunnel_) return true;
  if (head.status != 101) return head.status < 200 || head.status > 299;  // 2xx would mean: go on
  if (!has_accept_) return true;
  for (const http::Field& field : head.fields) {
    if (http::equals_ignoring_case(field.name, kWebSocketAccept))
      return field.value == std::string_view(accept_.data(), accept_.size());
  }
  return false;
}

int H2Stream::send_switching(http::ResponseHead& head, std::string_view) {
  head.status = 200;  // RFC 8441 §5
  for (http::Field& field : head.fields) {
    if (http::equals_ignoring_case(field.name, kWebSocketAccept)) field.drop = true;
  }
  if (open_ && !reset_) {
    connection_->say().send_head(id_, head, {}, {}, false);
    count_fields(head.fields);
  }
  return head.status;
}

void H2Stream::refuse_tunnel() {
  if (!wants_tunnel_) return;
  wants_tunnel_ = false;
  abandon_request_body();
}

void H2Stream::become_tunnel(std::unique_ptr<Tunnel> tunnel, UpstreamConnection& upstream) {
  wants_tunnel_ = false;
  tunnel_ = std::move(tunnel);
  TimerWheel::unset(*this);
  ByteBuffer unsent;
  ByteBuffer received;
  upstream.become_tunnel(*tunnel_, unsent, received);
  tunnel_->start(upstream, *this, unsent, upstream.transport(), received);
}

IoResult H2Stream::read(char* data, std::size_t size) {
  if (in_.empty()) return {in_ended_ ? IoStatus::closed : IoStatus::would_block};
  const std::size_t taken = std::min(size, in_.size());
  std::memcpy(data, in_.data(), taken);
  in_.consume(taken);
  report(taken);
  return {IoStatus::done, taken};
}

IoResult H2Stream::write(const char* data, std::size_t size) {
  if (!open_ || reset_) return {IoStatus::failed};
  if (congested()) return {IoStatus::would_block};
  const std::size_t taken = std::min(size, room());
  hold(data, taken, false);
  return {IoStatus::done, taken};
}

void H2Stream::shutdown_write() { hold(nullptr, 0, true); }

}  // namespace headgate::proxy
