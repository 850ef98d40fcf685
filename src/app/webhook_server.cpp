#include "app/webhook_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "app/http_service.h"
#include "app/service_thread.h"
#include "app/webhook_certificate.h"
#include "base/log.h"

namespace headgate::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t kMaxHead = std::size_t{16} * 1024;
// An object has 3 MiB at most (the API server's limit of a request), the review of an update holds two of
// them, and the rest is for what is around them and for the escapes of JSON.
constexpr std::uint64_t kMaxBody = std::uint64_t{9} * 1024 * 1024;
constexpr std::uint64_t kLargeBody = std::uint64_t{256} * 1024;
constexpr unsigned kMaxLargeBodies = 8;
constexpr std::uint64_t kMaxDrain = std::uint64_t{64} * 1024 * 1024;
constexpr std::size_t kMaxConnections = 128;
constexpr auto kHandshakeTimeout = 10s;
constexpr auto kHeadTimeout = 10s;
constexpr auto kIdleTimeout = 150s;  // longer than Go's clients keep one (90 s): they end it, not we
constexpr auto kBodyTimeout = 10s;
constexpr auto kWriteTimeout = 10s;
constexpr auto kDrainTimeout = 5s;
constexpr auto kGoodbyeTimeout = 1s;
constexpr auto kCertificatePeriod = 1s;

using Request = ServiceRequest;
using Response = http::response<http::string_body>;

// A request head and the length of the body after it.
struct Head {
  Request request;
  std::uint64_t body_length = 0;
};

WebhookReply refusal(int status, std::string text) {
  return {status, std::move(text) + "\n", "text/plain; charset=utf-8"};
}

// Nothing: the body is to be read.
std::optional<WebhookReply> refuse(const Head& head) {
  if (head.request.method() != http::verb::post) return refusal(405, "only POST");
  if (head.request.chunked() || !head.request.has_content_length())
    return refusal(411, "a body with a Content-Length is needed");
  if (head.body_length > kMaxBody) return refusal(413, "the body is larger than 9 MiB");
  return std::nullopt;
}

bool expects_continue(const Request& request) {
  return beast::iequals(request[http::field::expect], "100-continue");
}

Response response_to(const Head& head, WebhookReply reply, bool keep_alive) {
  Response response;
  response.version(head.request.version());
  response.result(static_cast<unsigned>(reply.status));
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  if (reply.status == 405) response.set(http::field::allow, "POST");
  response.keep_alive(keep_alive);
  response.content_length(reply.body.size());
  response.body() = std::move(reply.body);
  return response;
}

// One client. Lives in the frame of its coroutine.
struct Connection {
  Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> with, ServiceConnections& all)
      : context(std::move(with)), stream(std::move(socket), *context), entry(all, transport()) {}
  beast::tcp_stream& transport() { return stream.next_layer(); }

  std::shared_ptr<asio::ssl::context> context;  // there may be a newer one by now
  asio::ssl::stream<beast::tcp_stream> stream;
  ServiceConnections::Entry entry;
  std::string received;  // and not yet used
};

// A question that is being answered; belongs to the coroutine that waits.
struct Pending {
  explicit Pending(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;  // cancelled by the answer
  std::optional<WebhookReply> reply;
};

// One of the large bodies, while it lives.
class LargeBody {
 public:
  explicit LargeBody(unsigned& count) : count_(count) { ++count_; }
  ~LargeBody() { --count_; }
  LargeBody(const LargeBody&) = delete;
  LargeBody& operator=(const LargeBody&) = delete;

 private:
  unsigned& count_;
};

}  // namespace

struct WebhookServer::State : std::enable_shared_from_this<WebhookServer::State> {
  State(WebhookOptions options, Answer a, TellProblem t)
      : answer(std::move(a)),
        tell_problem(std::move(t)),
        answer_timeout(options.answer_timeout),
        certificate(std::move(options.certificate_path), std::move(options.key_path)),
        certificate_timer(thread.io()) {}

  void take(tcp::socket socket);
  asio::awaitable<void> follow_certificate();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<void> serve_requests(Connection& connection);
  asio::awaitable<bool> exchange(Connection& connection);
  asio::awaitable<bool> read_body(Connection& connection, const Head& head, std::string& body);
  asio::awaitable<WebhookReply> ask(std::string body);
  asio::awaitable<bool> write(Connection& connection, const Head& head, WebhookReply reply, bool keep_alive);
  asio::awaitable<void> say_goodbye(Connection& connection);

  Answer answer;
  TellProblem tell_problem;
  std::chrono::milliseconds answer_timeout;
  WebhookCertificate certificate;
  unsigned large_bodies = 0;  // being read or answered
  ServiceConnections connections{kMaxConnections};
  ServiceThread thread;
  asio::steady_timer certificate_timer;
};

void WebhookServer::State::take(tcp::socket socket) {
  if (certificate.context() == nullptr || !connections.make_room()) return;  // closes the socket
  error_code ignored;                                                        // slower without, no more
  socket.set_option(tcp::no_delay(true), ignored);
  asio::co_spawn(thread.io(), serve(std::move(socket)), asio::detached);
}

asio::awaitable<void> WebhookServer::State::follow_certificate() {
  while (true) {
    if (certificate.refresh()) tell_problem(certificate.problem());
    certificate_timer.expires_after(kCertificatePeriod);
    error_code error;
    co_await certificate_timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

asio::awaitable<void> WebhookServer::State::serve(tcp::socket socket) {
  Connection connection(std::move(socket), certificate.context(), connections);
  try {
    co_await serve_requests(connection);
  } catch (const std::exception& e) {
    log::warning(std::string("admission webhook: a connection failed: ") + e.what());
  }
}

asio::awaitable<void> WebhookServer::State::serve_requests(Connection& connection) {
  error_code error;
  connection.entry.begin_wait(kHandshakeTimeout);
  co_await connection.stream.async_handshake(asio::ssl::stream_base::server,
                                             asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    log::debug("admission webhook: a TLS handshake failed: " + error.message());
    co_return;
  }
  connection.entry.begin_wait(kHeadTimeout);
  while (co_await exchange(connection)) connection.entry.begin_wait(kIdleTimeout);
  co_await say_goodbye(connection);
}

// One request and its answer. False: the connection is at its end.
asio::awaitable<bool> WebhookServer::State::exchange(Connection& connection) {
  error_code error;
  const std::size_t head_size =
      co_await asio::async_read_until(connection.stream, asio::dynamic_buffer(connection.received, kMaxHead),
                                      "\r\n\r\n", asio::redirect_error(asio::use_awaitable, error));
  if (error && error != asio::error::not_found) co_return false;  // gone, or silent for too long
  connection.entry.end_wait();

  Head head;
  std::optional<WebhookReply> refused;
  if (error) {
    refused = refusal(431, "the request head is too large");
  } else if (!parse_service_head(std::string_view(connection.received).substr(0, head_size), kMaxHead,
                                 head.request, &head.body_length)) {
    head = Head();
    refused = refusal(400, "this is not an HTTP request");
  } else {
    connection.received.erase(0, head_size);
    refused = refuse(head);
  }
  const bool is_large = head.body_length > kLargeBody;
  if (!refused && is_large && large_bodies >= kMaxLargeBodies)
    refused = refusal(503, "too many large requests at once");
  if (refused) {
    co_await write(connection, head, *std::move(refused), false);
    co_return false;
  }
  std::optional<LargeBody> large;
  if (is_large) large.emplace(large_bodies);
  std::string body;
  if (!co_await read_body(connection, head, body)) co_return false;
  WebhookReply reply = co_await ask(std::move(body));
  const bool keep_alive = head.request.keep_alive();
  const bool written = co_await write(connection, head, std::move(reply), keep_alive);
  co_return written&& keep_alive;
}

asio::awaitable<bool> WebhookServer::State::read_body(Connection& connection, const Head& head,
                                                      std::string& body) {
  error_code error;
  const auto size = static_cast<std::size_t>(head.body_length);
  std::string& received = connection.received;
  connection.entry.begin_wait(kBodyTimeout);
  if (received.empty() && expects_continue(head.request)) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(connection.stream, asio::buffer(kContinue.data(), kContinue.size()),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
  }
  const std::size_t there = std::min(size, received.size());
  body.assign(received, 0, there);
  received.erase(0, there);
  body.resize(size);
  co_await asio::async_read(connection.stream, asio::buffer(body.data() + there, size - there),
                            asio::redirect_error(asio::use_awaitable, error));
  connection.entry.end_wait();
  co_return !error;
}

asio::awaitable<WebhookReply> WebhookServer::State::ask(std::string body) {
  const auto pending = std::make_shared<Pending>(thread.io());
  pending->timer.expires_after(answer_timeout);
  // Whoever answers may hold this for longer than the connection or the server lives.
  answer(std::move(body),
         [weak_state = weak_from_this(), weak = std::weak_ptr<Pending>(pending)](WebhookReply reply) {
           const std::shared_ptr<State> state = weak_state.lock();
           if (state == nullptr) return;
           asio::post(state->thread.io(), [weak, reply = std::move(reply)]() mutable {
             const std::shared_ptr<Pending> waiting = weak.lock();
             if (waiting == nullptr || waiting->reply) return;
             waiting->reply = std::move(reply);
             waiting->timer.cancel();
           });
         });
  error_code cancelled;  // by the answer
  co_await pending->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (pending->reply) co_return *std::move(pending->reply);
  co_return refusal(503, "the control thread is busy; there is no decision in time");
}

asio::awaitable<bool> WebhookServer::State::write(Connection& connection, const Head& head,
                                                  WebhookReply reply, bool keep_alive) {
  const Response response = response_to(head, std::move(reply), keep_alive);
  http::response_serializer<http::string_body, http::fields> serializer(response);
  error_code error;
  connection.transport().expires_after(kWriteTimeout);
  co_await http::async_write(connection.stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

// Ends TLS, and reads what a refused request still has: closing at once would take back the answer before the
// client has read it.
asio::awaitable<void> WebhookServer::State::say_goodbye(Connection& connection) {
  error_code error;
  connection.entry.begin_wait(kGoodbyeTimeout);
  co_await connection.stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
  if (!error || !connection.transport().socket().is_open())
    co_return;  // the client has said goodbye, or is silent

  std::array<char, 16384> scratch;
  error = {};
  connection.transport().socket().shutdown(tcp::socket::shutdown_send, error);
  connection.entry.begin_wait(kDrainTimeout);
  for (std::uint64_t read = 0; !error && read < kMaxDrain;)
    read += co_await connection.transport().async_read_some(asio::buffer(scratch),
                                                            asio::redirect_error(asio::use_awaitable, error));
}

WebhookServer::WebhookServer(WebhookOptions options, Answer answer, TellProblem tell_problem)
    : state_(std::make_shared<State>(std::move(options), std::move(answer), std::move(tell_problem))) {}

WebhookServer::~WebhookServer() { stop(); }

Result<void> WebhookServer::bind(const SocketAddress& address) {
  return state_->thread.listen(address, "admission webhook");
}

std::uint16_t WebhookServer::port() const { return state_->thread.port(); }

void WebhookServer::start() {
  asio::co_spawn(state_->thread.io(), state_->follow_certificate(), asio::detached);
  state_->thread.start([state = state_.get()](tcp::socket socket) { state->take(std::move(socket)); });
}

void WebhookServer::stop() { state_->thread.stop(); }

}  // namespace headgate::app
