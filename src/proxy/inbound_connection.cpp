#include "proxy/inbound_connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "proxy/connection_list.h"
#include "proxy/context.h"
#include "proxy/first_bytes.h"
#include "proxy/h1_connection.h"
#include "proxy/h2_start.h"

namespace headgate::proxy {
namespace {

using observe::TlsFailure;

// What a draining Worker waits for a client whose handshake is on its way.
constexpr std::chrono::seconds kDrainPatience{2};
// A whole ClientHello, or the request head that is refused.
constexpr std::size_t kFirstRead = 4096;

// An ordinary end of an unfinished handshake, or a fault of the client's?
bool is_rejected(TlsFailure failure) {
  return failure != TlsFailure::client_gone && failure != TlsFailure::plain_http;
}

}  // namespace

InboundConnection::InboundConnection(WorkerContext& context, Transport&& transport, const ClientInfo& client)
    : context_(context),
      transport_(std::move(transport)),
      accepted_(context.now),
      deadline_(context.now + kHandshakeTimeout),
      client_(client) {
  context_.stats.connections_active.add(1);
  context_.stats.tls.handshakes.add(1);
  context_.inbound.add(*this);
}

InboundConnection::~InboundConnection() = default;

void InboundConnection::start() {
  if (!context_.loop.add(transport_.fd(), *this)) {
    context_.stats.accept_errors.add();
    close();
    return;
  }
  context_.stats.connections_handled.add();
  context_.timers.set(*this, deadline_);
  if (client_.https) {
    read_first_bytes();
  } else {
    hand_over();
  }
}

void InboundConnection::shed() { fail(TlsFailure::shed); }

void InboundConnection::drain() {
  deadline_ = std::min(deadline_, context_.now + kDrainPatience);
  context_.timers.set(*this, deadline_);
}

void InboundConnection::close() {
  if (state_ == State::handed_over || state_ == State::closed) return;
  transport_.close();
  leave(State::closed);
}

void InboundConnection::leave(State state) {
  state_ = state;
  TimerWheel::unset(*this);
  ConnectionHook::unlink();
  context_.inbound.remove(*this);
  context_.stats.tls.handshakes.add(-1);
  context_.stats.connections_active.add(-1);
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

void InboundConnection::on_io(std::uint32_t events) {
  switch (state_) {
    case State::first_bytes:
    case State::handshaking:
      break;
    case State::handed_over:
    case State::closed:
      return;
  }
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    fail(TlsFailure::client_gone);
  } else if (state_ == State::first_bytes) {
    read_first_bytes();
  } else {
    handshake();
  }
}

void InboundConnection::on_timeout() { fail(TlsFailure::timed_out); }

void InboundConnection::read_first_bytes() {
  while (true) {
    const IoResult result = transport_.read(received_.prepare(kFirstRead), kFirstRead);
    switch (result.status) {
      case IoStatus::would_block:
        if (received_.empty()) received_.release();
        return;
      case IoStatus::closed:
      case IoStatus::failed:
        fail(TlsFailure::client_gone);
        return;
      case IoStatus::done:
        break;
    }
    received_.commit(result.bytes);
    switch (spoken_by(received_.view())) {
      case Spoken::unclear:
        continue;
      case Spoken::tls:
        begin_tls();
        return;
      case Spoken::http:
        refuse_plain_http();
        return;
      case Spoken::other:
        fail(TlsFailure::not_tls);
        return;
    }
  }
}

void InboundConnection::begin_tls() {
  if (!context_.listeners->tls || !context_.certificates) {
    fail(TlsFailure::not_ready);
    return;
  }
  state_ = State::handshaking;
  transport_.unread(std::move(received_));
  transport_.start_tls(context_.listeners->tls, context_.certificates, context_.scratch.ciphertext);
  handshake();
}

void InboundConnection::handshake() {
  if (transport_.flush() == IoStatus::failed) {
    fail(TlsFailure::client_gone);
    return;
  }
  switch (transport_.handshake().status) {
    case IoStatus::done:
      hand_over();
      return;
    case IoStatus::would_block:
      return;
    case IoStatus::closed:
      fail(TlsFailure::client_gone);
      return;
    case IoStatus::failed:
      fail(transport_.tls_failure().empty() ? TlsFailure::client_gone
                                            : observe::tls_failure_of(transport_.tls_failure()));
      return;
  }
}

void InboundConnection::hand_over() {
  const tls::SessionFacts* const facts = transport_.tls_facts();
  client_.tls = facts;
  if (facts != nullptr) context_.stats.tls.count_done(facts->protocol, facts->cipher, facts->resumed);
  leave(State::handed_over);
  if (facts != nullptr && facts->alpn == tls::Alpn::h2) {
    start_h2_connection(context_, std::move(transport_), client_);
    return;
  }
  auto* const connection = new H1Connection(context_, std::move(transport_), client_);
  context_.connections.add(*connection);
  connection->take_over();
}

// What nginx answers with its status 497: people see the page and know.
void InboundConnection::refuse_plain_http() {
  context_.stats.tls.count_failed(TlsFailure::plain_http);
  leave(State::handed_over);
  auto* const connection = new H1Connection(context_, std::move(transport_), client_);
  context_.connections.add(*connection);
  connection->take_over_refused(received_.view(), {400, RejectReason::tls_plain_http});
}

void InboundConnection::fail(TlsFailure failure) {
  context_.stats.tls.count_failed(failure);
  if (is_rejected(failure))
    context_.stats.rejected[static_cast<std::size_t>(RejectReason::tls_handshake)].add();
  if (log::enabled(log::Level::debug)) {
    std::string line = "TLS handshake of " + std::string(client_.remote_ip()) + " failed: ";
    line += observe::to_string(failure);
    if (const std::string_view words = transport_.tls_failure(); !words.empty())
      line.append(" (").append(words).append(")");
    log::debug(line);
  }
  close();
}

}  // namespace headgate::proxy
