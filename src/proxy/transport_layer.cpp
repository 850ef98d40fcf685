#include "proxy/transport_layer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "proxy/socket_io.h"

namespace headgate::proxy {
namespace {

using tls::SessionResult;
using tls::SessionStatus;
using tls::WireStatus;

// What is held of answers nobody asked for (key updates) for a client that takes nothing.
constexpr std::size_t kMaxAnswersHeld = std::size_t{16} * 1024;
// There the server's last words of a handshake are tickets, which nobody waits for.
constexpr std::string_view kTls13 = "TLSv1.3";

}  // namespace

void TransportLayer::start_tls(const std::shared_ptr<const tls::ServerContext>& context,
                               std::shared_ptr<const tls::CertificateIndex> index, ByteBuffer& ciphertext) {
  ciphertext_ = &ciphertext;
  auto session = std::make_unique<tls::ServerSession>(context, std::move(index), *this);
  server_ = session.get();
  session_ = std::move(session);
}

void TransportLayer::start_tls(const tls::ClientContext& context, const tls::ClientStart& start,
                               ByteBuffer& ciphertext) {
  ciphertext_ = &ciphertext;
  auto session = std::make_unique<tls::ClientSession>(context, start, *this);
  client_ = session.get();
  session_ = std::move(session);
}

IoResult TransportLayer::handshake() {
  if (failed_) return {IoStatus::failed};
  drained_ = std::exchange(drained_before_, false) && !half_closed_;
  const SessionStatus status = session_->handshake();
  if (status == SessionStatus::done) {
    begin_session();
    return {IoStatus::done};
  }
  push();
  if (status == SessionStatus::would_block && !failed_)
    return {ended_ ? IoStatus::closed : IoStatus::would_block};
  failed_ = true;
  return {IoStatus::failed};
}

void TransportLayer::begin_session() {
  established_ = true;
  partial_ = false;
  // The first request may have come with the last flight.
  pending_ = session_->has_buffered() || !drained_ || !unread_.empty();
  drained_before_ = pending_ && drained_;  // for the read() that follows at once
  deferred_ = pending_ && unsent_.empty() && server_ != nullptr && server_->facts().protocol == kTls13;
  if (deferred_) {
    unsent_.append(ciphertext_->view());
    ciphertext_->clear();
  }
  push();
}

IoResult TransportLayer::read(char* data, std::size_t size) {
  if (session_ == nullptr) return read_unread(data, size);
  if (failed_) return {IoStatus::failed};
  drained_ = std::exchange(drained_before_, false) && !half_closed_;
  pending_ = false;
  const SessionResult result = session_->read(data, size);
  if (result.status != SessionStatus::done || !ciphertext_->empty()) send_deferred();
  push();
  switch (result.status) {
    case SessionStatus::done:
      partial_ = false;
      pending_ = result.bytes == size || session_->has_ended();
      return {IoStatus::done, result.bytes};
    case SessionStatus::would_block:
      if (!failed_) return {ended_ ? IoStatus::closed : IoStatus::would_block};
      break;
    case SessionStatus::closed:
      session_closed_ = session_->was_said_goodbye();
      return {IoStatus::closed};
    case SessionStatus::failed:
      break;
  }
  failed_ = true;
  return {IoStatus::failed};
}

// Plain: what was read too early, and what has come since.
IoResult TransportLayer::read_unread(char* data, std::size_t size) {
  const std::size_t count = std::min(size, unread_.size());
  std::memcpy(data, unread_.data(), count);
  unread_.consume(count);
  if (count == size) return {IoStatus::done, count};
  const IoResult more = receive_now(fd_, data + count, size - count);
  if (count == 0) return more;
  // An end or an error is told again by the next read.
  return {IoStatus::done, count + more.bytes};
}

IoResult TransportLayer::write(const char* data, std::size_t size) {
  if (session_ == nullptr) return send_now(fd_, data, size);
  join_deferred();
  const IoStatus flushed = flush();
  if (flushed != IoStatus::done) return {flushed};
  note_sending();
  writing_ = true;
  const SessionResult result = session_->write(data, size);
  push();
  writing_ = false;
  switch (result.status) {
    case SessionStatus::done:
      if (!failed_) return {IoStatus::done, result.bytes};
      break;
    case SessionStatus::would_block:
      if (!failed_) return {IoStatus::would_block};
      break;
    case SessionStatus::closed:
    case SessionStatus::failed:
      break;
  }
  failed_ = true;
  return {IoStatus::failed};
}

void TransportLayer::note_sending() {
  answered_end_ = answered_end_ || half_closed_ || session_->has_ended();
}

IoStatus TransportLayer::flush() {
  if (failed_) return IoStatus::failed;
  if (unsent_.empty()) return IoStatus::done;
  note_sending();
  const IoResult result = send_now(fd_, unsent_.data(), unsent_.size());
  if (result.status == IoStatus::failed) {
    failed_ = true;
    return IoStatus::failed;
  }
  unsent_.consume(result.bytes);
  if (!unsent_.empty()) return IoStatus::would_block;
  unsent_.release();
  answers_held_ = 0;
  return IoStatus::done;
}

bool TransportLayer::is_quiet() const {
  return unread_.empty() && !pending_ && !ended_ && !partial_ && socket_is_quiet(fd_);
}

// The goodbye that RFC 8446 §6.1 asks for would find no reader, and be paid with a segment and the reset that
// answers it. The FIN that follows a goodbye is often there before the loop tells of it.
bool TransportLayer::has_left() const {
  return !answered_end_ && (half_closed_ || has_fin(fd_)) && all_is_acknowledged(fd_);
}

void TransportLayer::say_goodbye() {
  if (goodbye_said_ || !established_ || failed_) return;
  goodbye_said_ = true;
  if (session_closed_ && has_left()) return;
  join_deferred();
  session_->close();
  push();
}

WireStatus TransportLayer::receive(char* data, std::size_t size, std::size_t& received) {
  if (!unread_.empty()) {
    received = std::min(size, unread_.size());
    std::memcpy(data, unread_.data(), received);
    unread_.consume(received);
    if (unread_.empty()) unread_.release();
    return WireStatus::done;
  }
  if (drained_) return WireStatus::would_block;
  const IoResult result = receive_now(fd_, data, size);
  switch (result.status) {
    case IoStatus::done:
      drained_ = result.bytes < size && !half_closed_;  // what comes later raises an event of its own
      partial_ = true;
      received = result.bytes;
      return WireStatus::done;
    case IoStatus::closed:  // kept from the session: it could not be written to afterwards
      ended_ = true;
      [[fallthrough]];
    case IoStatus::would_block:
      drained_ = true;
      return WireStatus::would_block;
    case IoStatus::failed:
      break;
  }
  failed_ = true;
  return WireStatus::failed;
}

WireStatus TransportLayer::send(const char* data, std::size_t size) {
  ciphertext_->append({data, size});
  return WireStatus::done;
}

void TransportLayer::send_deferred() {
  // What the socket does not take is held; a failure shows in failed_.
  if (std::exchange(deferred_, false)) static_cast<void>(flush());
}

void TransportLayer::join_deferred() {
  if (!std::exchange(deferred_, false)) return;
  ciphertext_->append(unsent_.view());
  unsent_.release();
}

void TransportLayer::push() {
  if (ciphertext_->empty()) return;
  std::size_t sent = 0;
  if (unsent_.empty() && !failed_) {
    const IoResult result = send_now(fd_, ciphertext_->data(), ciphertext_->size());
    failed_ = result.status == IoStatus::failed;
    sent = result.bytes;
  }
  const std::size_t held = ciphertext_->size() - sent;
  unsent_.append({ciphertext_->data() + sent, held});
  ciphertext_->clear();
  if (!writing_ && established_) answers_held_ += held;
  if (answers_held_ > kMaxAnswersHeld) failed_ = true;
}

}  // namespace headgate::proxy
