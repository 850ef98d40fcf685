#include "proxy/passthrough_connection.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "proxy/context.h"
#include "proxy/log_notes.h"

namespace headgate::proxy {

const router::PassthroughHost* find_passthrough(WorkerContext& context, std::string_view name) {
  if (context.passthrough == nullptr) return nullptr;
  const router::PassthroughHost* const host = context.passthrough->find(name);
  if (host == nullptr || host->host() == name) return host;
  TableHolder::Version* const table = context.tables.pin();
  if (table == nullptr) return host;
  const bool has_own_rules = table->table->find_host(name) != nullptr;
  context.tables.unpin(table);
  return has_own_rules ? nullptr : host;
}

PassthroughConnection::PassthroughConnection(WorkerContext& context, Transport&& client,
                                             const ClientInfo& info, ByteBuffer hello, TimePoint accepted)
    : context_(context),
      client_(std::move(client)),
      info_(info),
      hello_(std::move(hello)),
      hello_size_(hello_.size()),
      settings_(context.listeners ? context.listeners->stream : router::StreamSettings()),
      tunnel_(context, *this, settings_.idle),
      accepted_(accepted),
      first_try_(context.now) {
  context_.stats.connections_active.add(1);
  context_.stats.passthrough_active.add(1);
  context_.stats.passthrough_connections.add();
}

PassthroughConnection::~PassthroughConnection() = default;

void PassthroughConnection::start(const router::PassthroughHost& target) {
  pool_ = context_.upstreams.pool(target.cluster->slot);
  if (!context_.loop.move(client_.fd(), *this)) {
    context_.stats.accept_errors.add();
    close();
    return;
  }
  connect();
}

void PassthroughConnection::close() {
  if (state_ == State::closed) return;
  if (state_ == State::relaying) tunnel_.abandon();
  state_ = State::closed;
  record();
  TimerWheel::unset(*this);
  close_upstream();
  client_.close();
  ConnectionHook::unlink();
  context_.stats.connections_active.add(-1);
  context_.stats.passthrough_active.add(-1);
  context_.loop.destroy_later(std::unique_ptr<IoHandler>(this));
}

// --- connecting ---

void PassthroughConnection::connect() {
  while (may_try()) {
    EndpointState* const endpoint = pool_->choose(tried_.data(), tried_count_);
    if (endpoint == nullptr) break;  // none is healthy
    if (tried_count_ > 0) context_.stats.upstream_retries.add();
    tried_[tried_count_++] = endpoint;
    context_.stats.upstream_connects.add();
    if (upstream_.connect(endpoint->endpoint.address) && context_.loop.add(upstream_.fd(), upstream_side_)) {
      context_.stats.upstream_connections_active.add(1);
      context_.timers.set(*this, context_.now + settings_.connect_timeout);
      return;
    }
    upstream_.close();
    context_.stats.upstream_connect_errors.add();
    endpoint->note(TryOutcome::gateway_failure);
  }
  const bool none = tried_count_ == 0;
  status_ = none ? 503 : 502;
  reason_ = none ? RejectReason::no_endpoint : RejectReason::upstream_connect;
  close();
}

bool PassthroughConnection::may_try() const {
  const std::size_t endpoints = pool_ ? pool_->size() : 0;
  // Each endpoint once: what did not answer a moment ago will not answer now.
  const std::size_t allowed =
      settings_.tries == 0 ? endpoints : std::min<std::size_t>(settings_.tries, endpoints);
  if (tried_count_ >= std::min(allowed, kMaxTries)) return false;
  return tried_count_ == 0 || context_.now - first_try_ < settings_.tries_timeout;
}

void PassthroughConnection::close_upstream() {
  if (!upstream_.is_open()) return;
  context_.stats.upstream_connections_active.add(-1);
  upstream_.close();
}

void PassthroughConnection::on_timeout() {
  context_.stats.upstream_connect_errors.add();
  tried_[tried_count_ - 1]->note(TryOutcome::gateway_failure);
  close_upstream();
  connect();
}

void PassthroughConnection::on_upstream_io(std::uint32_t events) {
  switch (state_) {
    case State::connecting:
      if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
      if (upstream_.connect_error() != 0) {
        context_.stats.upstream_connect_errors.add();
        tried_[tried_count_ - 1]->note(TryOutcome::gateway_failure);
        close_upstream();
        connect();
        return;
      }
      relay();
      return;
    case State::relaying:
      tunnel_.on_upstream_io(events);
      return;
    case State::closed:
      return;
  }
}

// --- relaying ---

void PassthroughConnection::relay() {
  state_ = State::relaying;
  status_ = 200;
  reason_ = RejectReason::none;
  tried_[tried_count_ - 1]->note(TryOutcome::success);
  TimerWheel::unset(*this);
  ByteBuffer nothing;
  tunnel_.start(*this, client_, hello_, upstream_, nothing);
}

void PassthroughConnection::on_io(std::uint32_t events) {
  switch (state_) {
    case State::connecting:
      // What the client sends meanwhile stays in its socket; so does its end, which the pod is to see.
      if ((events & (EPOLLERR | EPOLLHUP)) != 0) close();
      return;
    case State::relaying:
      tunnel_.on_client_io(events);
      return;
    case State::closed:
      return;
  }
}

void PassthroughConnection::on_tunnel_ended(std::uint64_t) { close(); }

void PassthroughConnection::write_line(observe::StreamRecord& record) {
  if (!settings_.access_log) return;
  const observe::LogFormat* const format = settings_.log_format.format.get();
  if (format == nullptr) {
    context_.access_log.append(record);
    return;
  }
  if (pool_) record.upstream_name = pool_->cluster().name;
  if (tried_count_ > 0) record.upstream_addr = tried_[tried_count_ - 1]->endpoint.text;
  observe::LogDetails details;
  details.wall_milliseconds = wall_milliseconds();
  tell_client(info_, details);
  char port[8];
  char* const end = std::to_chars(port, port + sizeof port, info_.remote_port).ptr;
  details.set(observe::LogVariable::remote_port, {port, static_cast<std::size_t>(end - port)});
  context_.access_log.append(record, *format, details);
}

void PassthroughConnection::record() {
  if (reason_ != RejectReason::none) context_.stats.rejected[static_cast<std::size_t>(reason_)].add();
  observe::StreamRecord record;
  record.remote_addr = info_.remote_ip();
  record.time_local = context_.date.log_date();
  record.status = status_;
  record.bytes_sent = tunnel_.bytes_to_client();
  record.bytes_received = hello_size_ + tunnel_.bytes_from_client();
  record.session_time = std::chrono::duration_cast<std::chrono::microseconds>(context_.now - accepted_);
  context_.stats.passthrough_sent_bytes.add(record.bytes_sent);
  context_.stats.passthrough_received_bytes.add(record.bytes_received);
  write_line(record);
}

}  // namespace headgate::proxy
