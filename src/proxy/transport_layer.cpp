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

// What a client may send for its handshake, a long certificate chain included.
constexpr std::size_t kMaxHandshakeBytes = std::size_t{256} * 1024;
// What a client may send without a byte of plaintext in it: one record, and a lot of key updates.
constexpr std::size_t kMaxSilentBytes = std::size_t{64} * 1024;
// What is held of answers nobody asked for (key updates) for a client that takes nothing.
constexpr std::size_t kMaxAnswersHeld = std::size_t{16} * 1024;

}  // namespace

void TransportLayer::start_tls(const std::shared_ptr<const tls::ServerContext>& context,
                               std::shared_ptr<const tls::CertificateIndex> index, ByteBuffer& ciphertext) {
  ciphertext_ = &ciphertext;
  session_ = std::make_unique<tls::ServerSession>(context, std::move(index), *this);
}

void TransportLayer::begin_call(std::size_t receive_limit) {
  drained_ = false;
  starved_ = false;
  pending_ = false;
  received_ = 0;
  receive_limit_ = receive_limit;
}

IoResult TransportLayer::handshake() {
  if (failed_) return {IoStatus::failed};
  const std::size_t before = received_;
  begin_call(kMaxHandshakeBytes);
  received_ = before;
  const SessionStatus status = session_->handshake();
  push();
  if (status == SessionStatus::done) {
    established_ = true;
    pending_ = true;  // the first request may have come with the last flight
    return {IoStatus::done};
  }
  if (status != SessionStatus::would_block || failed_ || received_ > kMaxHandshakeBytes) {
    failed_ = true;
    return {IoStatus::failed};
  }
  return {ended_ ? IoStatus::closed : IoStatus::would_block};
}

IoResult TransportLayer::read(char* data, std::size_t size) {
  if (session_ == nullptr) return read_unread(data, size);
  if (failed_) return {IoStatus::failed};
  begin_call(2 * size + kMaxSilentBytes);
  std::size_t total = 0;
  SessionResult result{SessionStatus::done};
  while (total < size && result.status == SessionStatus::done && !starved_) {
    result = session_->read(data + total, size - total);
    total += result.bytes;
  }
  push();
  if (total > 0) {
    silent_ = 0;
    pending_ = total == size || !starved_;  // or close_notify comes next
    return {IoStatus::done, total};
  }
  switch (result.status) {
    case SessionStatus::done:
    case SessionStatus::would_block:
      break;
    case SessionStatus::closed:
      return {IoStatus::closed};
    case SessionStatus::failed:
      failed_ = true;
      return {IoStatus::failed};
  }
  silent_ += received_;
  if (failed_ || silent_ > kMaxSilentBytes) {
    failed_ = true;
    return {IoStatus::failed};
  }
  return {ended_ ? IoStatus::closed : IoStatus::would_block};
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
  const IoStatus flushed = flush();
  if (flushed != IoStatus::done) return {flushed};
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

IoStatus TransportLayer::flush() {
  if (failed_) return IoStatus::failed;
  if (unsent_.empty()) return IoStatus::done;
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
  return unread_.empty() && !pending_ && !ended_ && silent_ == 0 && socket_is_quiet(fd_);
}

void TransportLayer::say_goodbye() {
  if (goodbye_said_ || !established_ || failed_) return;
  goodbye_said_ = true;
  session_->close();
  push();
}

WireStatus TransportLayer::receive(char* data, std::size_t size, std::size_t& received) {
  if (!unread_.empty()) {
    received = std::min(size, unread_.size());
    std::memcpy(data, unread_.data(), received);
    unread_.consume(received);
    if (unread_.empty()) unread_.release();
    received_ += received;
    return WireStatus::done;
  }
  if (received_ > receive_limit_) return WireStatus::would_block;
  if (drained_) {
    starved_ = true;
    return WireStatus::would_block;
  }
  const IoResult result = receive_now(fd_, data, size);
  switch (result.status) {
    case IoStatus::done:
      drained_ = result.bytes < size;  // what comes later raises an event of its own
      received = result.bytes;
      received_ += result.bytes;
      return WireStatus::done;
    case IoStatus::closed:  // kept from the session: it could not be written to afterwards
      ended_ = true;
      [[fallthrough]];
    case IoStatus::would_block:
      drained_ = true;
      starved_ = true;
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
  if (!writing_) answers_held_ += held;
  if (answers_held_ > kMaxAnswersHeld) failed_ = true;
}

}  // namespace headgate::proxy
