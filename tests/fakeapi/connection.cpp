#include <utility>

#include "fakeapi/connection.h"

#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "fakeapi/response_writer.h"
#include "fakeapi/watch_session.h"

namespace headgate::fakeapi {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kMaxInbound = std::size_t{64} << 20;
constexpr std::uint32_t kMaxHead = 64 * 1024;

std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

ApiRequest api_request(const http::request<http::string_body>& message) {
  ApiRequest request;
  request.method = text(message.method_string());
  request.target = text(message.target());
  request.content_type = text(message[http::field::content_type]);
  request.accept = text(message[http::field::accept]);
  request.user_agent = text(message[http::field::user_agent]);
  request.authorization = text(message[http::field::authorization]);
  request.body = message.body();
  request.keep_alive = message.keep_alive();
  resolve_target(request);
  return request;
}

RequestRecord record_of(const ApiRequest& request, std::size_t connection) {
  RequestRecord record;
  record.method = request.method;
  record.target = request.target;
  record.verb = request.verb;
  if (request.kind != nullptr) record.resource = request.kind->plural;
  record.namespace_name = request.namespace_name;
  record.name = request.name;
  record.subresource = request.subresource;
  record.user_agent = request.user_agent;
  record.accept = request.accept;
  record.authorization = request.authorization;
  record.content_type = request.content_type;
  record.body = request.body;
  record.connection = connection;
  return record;
}

}  // namespace

Connection::Connection(ServerState& state, std::unique_ptr<Transport> transport)
    : state_(state), transport_(std::move(transport)), timer_(state.io), number_(++state.accepted) {
  state_.connections.insert(this);
}

Connection::~Connection() { state_.connections.erase(this); }

void Connection::start(const std::shared_ptr<Connection>& self) {
  asio::co_spawn(self->state_.io, run(self), asio::detached);
}

void Connection::drop(bool with_reset) {
  if (with_reset) {
    transport_->reset();
  } else {
    transport_->close();
  }
  is_closed_ = true;
  wake();
}

asio::awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
  try {
    co_await self->transport_->handshake();
    asio::co_spawn(self->state_.io, read_ahead(self), asio::detached);
    co_await self->serve();
  } catch (const boost::system::system_error&) {
    // The client went away, or never spoke TLS.
  } catch (const ConnectionEnded&) {
  }
  self->transport_->close();
}

asio::awaitable<void> Connection::read_ahead(std::shared_ptr<Connection> self) {
  std::array<char, 16384> scratch;
  try {
    while (self->inbound_.size() < kMaxInbound) {
      const std::size_t size = co_await self->transport_->read_some(asio::buffer(scratch));
      self->inbound_.append(scratch.data(), size);
      self->wake();
    }
  } catch (const boost::system::system_error&) {
    // End of file, reset, or closed by ourselves: no more will come.
  }
  self->is_closed_ = true;
  self->wake();
}

asio::awaitable<void> Connection::wait(Clock::time_point until) {
  if (!is_closed_) {
    timer_.expires_at(until);
    error_code woken;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (is_closed_) throw boost::system::system_error(asio::error::eof);
}

asio::awaitable<void> Connection::serve() {
  while (true) {
    std::optional<ApiRequest> request = co_await next_request();
    if (!request) co_return;
    co_await answer(*request);
    if (!request->keep_alive) co_return;
  }
}

asio::awaitable<std::optional<ApiRequest>> Connection::next_request() {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kMaxHead);
  parser.body_limit(kMaxInbound);
  parser.eager(true);
  bool continued = false;
  while (!parser.is_done()) {
    error_code error;
    const std::size_t used = parser.put(asio::buffer(inbound_), error);
    inbound_.erase(0, used);
    if (error && error != http::error::need_more) co_return std::nullopt;
    if (parser.is_done()) break;
    if (parser.is_header_done() && !continued && parser.get()[http::field::expect] == "100-continue") {
      continued = true;
      co_await transport_->write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (used > 0 && !inbound_.empty()) continue;
    co_await wait(Clock::time_point::max());
  }
  ApiRequest request = api_request(parser.get());
  request.client_certificate = transport_->client_name();
  co_return request;
}

asio::awaitable<ApiAnswer> Connection::decide(const ApiRequest& request, const Fault& fault) {
  if (fault.status != 0) {
    ApiError error(fault.status, std::string(reason_for(fault.status)),
                   fault.message.empty() ? "injected" : fault.message, Json::object());
    if (fault.retry_after) error.with_retry_after(*fault.retry_after);
    co_return error_answer(error);
  }
  const auto deadline = Clock::now() + state_.knobs.future_revision_wait;
  while (true) {
    const std::uint64_t before = state_.store.revision();
    ApiAnswer answer = state_.handler.answer(request);
    if (state_.store.revision() != before) state_.notify();
    if (!answer.wait_for_revision || Clock::now() >= deadline) co_return answer;
    while (state_.store.revision() < *answer.wait_for_revision && Clock::now() < deadline) {
      co_await wait(deadline);
    }
  }
}

asio::awaitable<void> Connection::answer(const ApiRequest& request) {
  const std::size_t record = state_.record(record_of(request, number_));
  const Fault fault = state_.faults.take(request).value_or(Fault{});
  const auto finish_record = [this, record] {
    if (RequestRecord* const entry = state_.find_record(record)) entry->running = false;
  };
  try {
    if (fault.delay.count() > 0) {
      const auto until = Clock::now() + fault.delay;
      while (Clock::now() < until) co_await wait(until);
    }
    ApiAnswer decided = co_await decide(request, fault);
    if (fault.drop_answer) {
      drop(false);
      throw ConnectionEnded();
    }
    co_await send(request, std::move(decided), fault, record);
  } catch (...) {
    finish_record();
    throw;
  }
  finish_record();
}

asio::awaitable<void> Connection::send(const ApiRequest& request, ApiAnswer answer, const Fault& fault,
                                       std::size_t record) {
  if (RequestRecord* const entry = state_.find_record(record)) entry->status = answer.status;
  ResponseWriter writer(*this, fault);
  co_await writer.send_head(answer, answer.watch.has_value(), request.keep_alive);
  if (answer.watch) {
    WatchSession session(*this, *answer.watch, fault, record);
    co_await session.run(writer);
  } else if (request.method != "HEAD") {
    co_await writer.put(answer.body);
  }
  co_await writer.finish();
}

}  // namespace headgate::fakeapi
