#include "proxy/inbound_connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "proxy/connection_list.h"
#include "proxy/context.h"
#include "proxy/first_bytes.h"
#include "proxy/h1_connection.h"
#include "proxy/h2_start.h"
#include "proxy/passthrough_connection.h"
#include "tls/client_hello.h"

namespace headgate::proxy {
namespace {

using observe::TlsFailure;

// What a draining Worker waits for a client whose handshake is on its way.
constexpr std::chrono::seconds kDrainPatience{2};
// A whole ClientHello, or the request head that is refused.
constexpr std::size_t kFirstRead = 4096;

// A client_header_timeout that is shorter counts for handshakes too, as with nginx.
std::chrono::milliseconds handshake_timeout(const WorkerContext& context) {
  return std::min<std::chrono::milliseconds>(InboundConnection::kHandshakeTimeout,
                                             context.listeners->client_header_timeout);
}

// An ordinary end of an unfinished handshake, or a fault of the client's?
bool is_rejected(TlsFailure failure) {
  return failure != TlsFailure::client_gone && failure != TlsFailure::plain_http;
}

}  // namespace

InboundConnection::InboundConnection(WorkerContext& context, Transport&& transport, const SocketAddress& peer,
                                     const ClientInfo& client)
    : context_(context),
      transport_(std::move(transport)),
      forward_(std::make_unique<IoForward>(*this)),
      accepted_(context.now),
      deadline_(context.now),
      peer_(peer),
      client_(client),
      over_tls_(client.https) {
  context_.stats.connections_active.add(1);
  if (over_tls_) context_.stats.tls.handshakes.add(1);
  context_.inbound.add(*this);
}

InboundConnection::~InboundConnection() = default;

void InboundConnection::start() {
  if (!context_.loop.add(transport_.fd(), *forward_)) {
    context_.stats.accept_errors.add();
    close();
    return;
  }
  context_.stats.connections_handled.add();
  if (context_.listeners->use_proxy_protocol) {
    begin(context_.listeners->proxy_protocol_header_timeout, State::proxy_header);
  } else {
    begin(handshake_timeout(context_), State::first_bytes);
  }
}

void InboundConnection::begin(std::chrono::milliseconds timeout, State state) {
  state_ = state;
  deadline_ = context_.now + timeout;
  context_.timers.set(*this, deadline_);
  if (context_.draining) drain();
}

void InboundConnection::shed() {
  if (state_ == State::proxy_header) {
    fail_proxy_header("is slow, and its place was needed");
  } else {
    fail(TlsFailure::shed);
  }
}

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
  if (over_tls_) context_.stats.tls.handshakes.add(-1);
  context_.stats.connections_active.add(-1);
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

void InboundConnection::on_io(std::uint32_t events) {
  if (state_ == State::handed_over || state_ == State::closed) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    client_left();
    return;
  }
  if ((events & EPOLLRDHUP) != 0) {
    half_closed_ = true;
    transport_.note_half_close();
  }
  if ((events & (EPOLLIN | EPOLLRDHUP)) == 0) {
    if (transport_.has_unsent() && transport_.flush() == IoStatus::failed) client_left();
    return;
  }
  switch (state_) {
    case State::proxy_header:
      read_proxy_header();
      break;
    case State::first_bytes:
      read_first_bytes();
      break;
    case State::hello:
      read_hello();
      break;
    case State::handshaking:
      handshake();
      break;
    case State::handed_over:
    case State::closed:
      break;
  }
}

void InboundConnection::on_timeout() {
  if (state_ == State::proxy_header) {
    fail_proxy_header("did not come in time");
  } else {
    fail(TlsFailure::timed_out);
  }
}

bool InboundConnection::receive() {
  const IoResult result = transport_.read(received_.prepare(kFirstRead), kFirstRead);
  switch (result.status) {
    case IoStatus::done:
      received_.commit(result.bytes);
      drained_ = result.bytes < kFirstRead && !half_closed_;
      return true;
    case IoStatus::would_block:
      if (received_.empty()) received_.release();
      return false;
    case IoStatus::closed:
    case IoStatus::failed:
      client_left();
      return false;
  }
  return false;
}

void InboundConnection::client_left() {
  if (state_ != State::proxy_header) {
    fail(TlsFailure::client_gone);
  } else if (received_.empty()) {  // a balancer that looks whether the port is open
    close();
  } else {
    fail_proxy_header("ended early");
  }
}

// --- the PROXY header ---

void InboundConnection::read_proxy_header() {
  while (receive()) {
    const ProxyHeader header = proxy::read_proxy_header(received_.view());
    switch (header.status) {
      case ProxyHeaderStatus::incomplete:
        continue;
      case ProxyHeaderStatus::malformed:
        fail_proxy_header("is missing or broken");
        return;
      case ProxyHeaderStatus::complete:
        received_.consume(header.size);
        take_proxy_header(header);
        return;
    }
  }
}

void InboundConnection::take_proxy_header(const ProxyHeader& header) {
  if (header.has_addresses) {
    client_.set_proxied(header.source);
    // Anybody could say anything: it is read, and the peer stays the client.
    if (context_.listeners->trusted_proxies.contains(peer_)) {
      client_.set_peer(header.source);
      client_.set_server_port(header.destination.port());
    } else {
      context_.stats.untrusted_proxy_headers.add();
    }
  }
  if (!over_tls_) {
    transport_.unread(std::move(received_), drained_);
    hand_over();
    return;
  }
  begin(handshake_timeout(context_), State::first_bytes);
  if (received_.empty()) {
    read_first_bytes();
  } else if (!judge_first_bytes()) {
    read_first_bytes();
  }
}

void InboundConnection::fail_proxy_header(std::string_view what) {
  context_.stats.rejected[static_cast<std::size_t>(RejectReason::proxy_protocol)].add();
  if (log::enabled(log::Level::debug))
    log::debug("PROXY header of " + std::string(client_.remote_ip()) + " " + std::string(what));
  close();
}

// --- TLS or not ---

void InboundConnection::read_first_bytes() {
  while (receive())
    if (judge_first_bytes()) return;
}

bool InboundConnection::judge_first_bytes() {
  switch (spoken_by(received_.view())) {
    case Spoken::unclear:
      return false;
    case Spoken::tls:
      if (context_.passthrough != nullptr && context_.passthrough->size() > 0) {
        state_ = State::hello;
        if (!judge_hello()) read_hello();
      } else {
        begin_tls();
      }
      return true;
    case Spoken::http:
      refuse_plain_http();
      return true;
    case Spoken::other:
      fail(TlsFailure::not_tls);
      return true;
  }
  return false;
}

// --- whose: ours, or a pod's ---

void InboundConnection::read_hello() {
  while (receive())
    if (judge_hello()) return;
}

bool InboundConnection::judge_hello() {
  const tls::ClientHello hello = tls::read_client_hello(received_.view());
  switch (hello.status) {
    case tls::HelloStatus::incomplete:
      return false;
    case tls::HelloStatus::complete:
      if (const auto* target = find_passthrough(context_, hello.server_name())) {
        pass_through(*target);
        return true;
      }
      break;
    case tls::HelloStatus::not_tls:
    case tls::HelloStatus::malformed:
      break;  // the handshake says what is wrong with it, in an alert
  }
  begin_tls();
  return true;
}

void InboundConnection::pass_through(const router::PassthroughHost& target) {
  leave(State::handed_over);
  auto* const connection =
      new PassthroughConnection(context_, std::move(transport_), client_, std::move(received_), accepted_);
  context_.connections.add(*connection);
  connection->start(target);
}

// --- TLS ---

void InboundConnection::begin_tls() {
  if (!context_.listeners->tls || !context_.certificates) {
    fail(TlsFailure::not_ready);
    return;
  }
  state_ = State::handshaking;
  transport_.unread(std::move(received_), drained_);
  transport_.start_tls(context_.listeners->tls, context_.certificates, context_.scratch.ciphertext);
  handshake();
}

void InboundConnection::handshake() {
  if (transport_.flush() == IoStatus::failed) {
    client_left();
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
    start_h2_connection(context_, std::move(transport_), std::move(forward_), client_);
    return;
  }
  auto* const connection = new H1Connection(context_, std::move(transport_), client_);
  context_.connections.add(*connection);
  connection->take_over(std::move(forward_));
}

// What nginx answers with its status 497: people see the page and know.
void InboundConnection::refuse_plain_http() {
  context_.stats.tls.count_failed(TlsFailure::plain_http);
  leave(State::handed_over);
  client_.https = false;  // what is answered in the clear must not speak for HTTPS (RFC 6797 §7.2)
  auto* const connection = new H1Connection(context_, std::move(transport_), client_);
  context_.connections.add(*connection);
  connection->take_over_refused(std::move(forward_), received_.view(), {400, RejectReason::tls_plain_http});
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
