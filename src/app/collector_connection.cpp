#include "app/collector_connection.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace headgate::app {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view kPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr std::size_t kMostOutput = std::size_t{64} * 1024;

tcp::endpoint endpoint_of(const SocketAddress& address, std::uint16_t port) {
  error_code ignored;  // printed by inet_ntop, read by inet_pton
  return {boost::asio::ip::make_address(address.ip_string(), ignored), port};
}

}  // namespace

std::string CollectorAddress::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

CollectorConnection::CollectorConnection(boost::asio::io_context& io, k8swatch::NameResolver& resolver,
                                         CollectorAddress address, std::string user_agent)
    : io_(io),
      resolver_(resolver),
      address_(std::move(address)),
      user_agent_(std::move(user_agent)),
      socket_(io),
      timer_(io) {}

void CollectorConnection::call(std::string_view message, Done done) {
  done_ = std::move(done);
  request_ = http::grpc_frame(message);
  sent_ = 0;
  stream_ = 0;
  answer_ = http::GrpcResponse(kMostExportAnswer);
  outcome_.reset();
  timer_.expires_after(kPatience);
  timer_.async_wait([self = weak_from_this(), serial = ++calls_](const error_code& error) {
    const auto connection = self.lock();
    if (!error && connection != nullptr && connection->calls_ == serial)
      connection->fail_call("no answer in time");
  });
  // Not from here: `done` is called later.
  boost::asio::post(io_, [self = weak_from_this()] {
    const auto connection = self.lock();
    if (connection == nullptr || connection->done_ == nullptr) return;
    if (connection->session_ != nullptr && connection->session_->can_open())
      connection->open_stream();
    else
      connection->find_addresses();
  });
}

void CollectorConnection::close() {
  done_ = nullptr;
  timer_.cancel();
  drop_connection();
}

// --- connecting ---

void CollectorConnection::find_addresses() {
  drop_connection();
  addresses_.clear();
  next_address_ = 0;
  if (address_.host == "localhost") {  // RFC 6761 §6.3; the DNS need not know it
    addresses_ = {{boost::asio::ip::address_v4::loopback(), address_.port},
                  {boost::asio::ip::address_v6::loopback(), address_.port}};
    return connect_next();
  }
  if (const auto literal = SocketAddress::parse(address_.host, address_.port)) {
    addresses_ = {endpoint_of(*literal, address_.port)};
    return connect_next();
  }
  resolver_.resolve(address_.host, [self = weak_from_this(), serial = serial_](k8swatch::NameAnswer answer) {
    const auto connection = self.lock();
    if (connection == nullptr || connection->serial_ != serial || connection->done_ == nullptr) return;
    if (answer.outcome != k8swatch::NameAnswer::Outcome::found)
      return connection->fail_call("its name cannot be looked up: " + answer.error);
    for (const SocketAddress& found : answer.addresses)
      connection->addresses_.push_back(endpoint_of(found, connection->address_.port));
    connection->connect_next();
  });
}

void CollectorConnection::connect_next() {
  error_code ignored;  // closing a socket that failed to connect
  socket_.close(ignored);
  socket_.async_connect(addresses_[next_address_++],
                        [self = shared_from_this(), serial = serial_](const error_code& error) {
                          if (self->serial_ != serial || self->done_ == nullptr) return;
                          if (!error) return self->on_connected();
                          if (self->next_address_ < self->addresses_.size()) return self->connect_next();
                          self->fail_call(error.message());
                        });
}

void CollectorConnection::on_connected() {
  error_code ignored;  // slower without it
  socket_.set_option(tcp::no_delay(true), ignored);
  session_ = std::make_unique<http::H2ClientSession>(http::H2ClientSettings(), head_);
  receive();
  open_stream();
}

// --- the call ---

void CollectorConnection::open_stream() {
  const std::string head =
      "POST " + std::string(kPath) + " HTTP/1.1\r\nHost: " + address_.text() +
      "\r\nTE: trailers\r\nContent-Type: application/grpc\r\nUser-Agent: " + user_agent_ + "\r\n\r\n";
  stream_ = session_->open(head, "http", false, *this);
  settle();
}

void CollectorConnection::on_response(http::ResponseHead& head, bool last) {
  if (head.status < 200) return;
  answer_.on_head(head);
  if (last) outcome_ = outcome_of(answer_);
}

void CollectorConnection::on_data(const char* data, std::size_t size, bool last) {
  answer_.on_content({data, size});
  session_->consumed(stream_, size);
  if (last) outcome_ = outcome_of(answer_);
}

void CollectorConnection::on_trailers(std::string_view lines) {
  answer_.on_trailers(lines);
  outcome_ = outcome_of(answer_);
}

void CollectorConnection::on_reset(http::H2Error, bool unprocessed, bool) {
  outcome_ = {ExportOutcome::Kind::retry, 0,
              unprocessed ? "it does not take the call now" : "it has ended the call without an answer"};
}

std::size_t CollectorConnection::read_body(char* out, std::size_t most, bool& last) {
  const std::size_t size = std::min(most, request_.size() - sent_);
  std::copy_n(request_.data() + sent_, size, out);
  sent_ += size;
  last = sent_ == request_.size();
  return size;
}

// --- the socket ---

void CollectorConnection::receive() {
  socket_.async_read_some(boost::asio::buffer(input_), [self = shared_from_this(), serial = serial_](
                                                           const error_code& error, std::size_t size) {
    if (self->serial_ != serial) return;
    if (error) {
      if (self->done_ != nullptr) return self->fail_call("the connection broke off: " + error.message());
      return self->drop_connection();  // an idle one; the next call opens another
    }
    if (!self->session_->feed(self->input_.data(), size) && !self->outcome_ && self->done_ != nullptr)
      self->outcome_ = {ExportOutcome::Kind::retry, 0, "it does not speak HTTP/2 without TLS"};
    self->receive();
    self->settle();
  });
}

void CollectorConnection::settle() {
  const bool good = session_->collect(output_, kMostOutput);
  send();
  if (!good && !outcome_ && done_ != nullptr)
    outcome_ = {ExportOutcome::Kind::retry, 0, "it does not speak HTTP/2 without TLS"};
  if (outcome_ && done_ != nullptr) return finish();
  if (!good || (done_ == nullptr && session_->is_ending())) drop_connection();
}

void CollectorConnection::send() {
  if (sending_ || (output_.empty() && writing_.empty())) return;
  if (writing_.empty()) writing_.swap(output_);
  sending_ = true;
  socket_.async_write_some(
      boost::asio::buffer(writing_.data(), writing_.size()),
      [self = shared_from_this(), serial = serial_](const error_code& error, std::size_t size) {
        if (self->serial_ != serial) return;
        self->sending_ = false;
        if (error) return;  // the read side hears of it too
        self->writing_.consume(size);
        self->settle();
      });
}

void CollectorConnection::fail_call(std::string reason) {
  if (done_ == nullptr) return;
  outcome_ = {ExportOutcome::Kind::retry, 0, std::move(reason)};
  drop_connection();
  finish();
}

void CollectorConnection::finish() {
  timer_.cancel();
  if (session_ != nullptr && !session_->can_open()) drop_connection();
  // An answer may come before the whole request has left.
  if (session_ != nullptr && sent_ < request_.size()) drop_connection();
  const Done done = std::exchange(done_, nullptr);
  done(*std::exchange(outcome_, std::nullopt));
}

void CollectorConnection::drop_connection() {
  ++serial_;
  session_.reset();
  output_.clear();
  writing_.clear();
  sending_ = false;
  error_code ignored;  // nothing more is wanted of it
  socket_.close(ignored);
}

}  // namespace headgate::app
