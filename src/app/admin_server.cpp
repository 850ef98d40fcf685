#include "app/admin_server.h"

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "app/http_service.h"
#include "app/service_thread.h"
#include "base/log.h"

namespace headgate::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t kMaxHead = std::size_t{8} * 1024;
constexpr std::size_t kMaxConnections = 256;
constexpr auto kHeadTimeout = 5s;
constexpr auto kAnswerTimeout = 30s;

using Request = ServiceRequest;
using Response = http::response<http::string_body>;

bool has_body(const Request& request) {
  return request.has_content_length() ? request[http::field::content_length] != "0" : request.chunked();
}

Response response_to(const Request& request, AdminReply reply, bool keep_alive) {
  Response response;
  response.version(request.version());
  response.result(static_cast<unsigned>(reply.status));
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  if (reply.status == 405) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(keep_alive);
  response.content_length(reply.body.size());
  if (request.method() != http::verb::head) response.body() = std::move(reply.body);
  return response;
}

AdminReply ask(const AdminServer::Answer& answer, const Request& request) {
  if (request.method() != http::verb::get && request.method() != http::verb::head)
    return {405, "only GET and HEAD\n"};
  const std::string_view target(request.target().data(), request.target().size());
  if (target.empty() || target[0] != '/') return {400, "the target must begin with '/'\n"};
  const std::size_t mark = target.find('?');
  return answer({target.substr(0, mark), mark == std::string_view::npos ? "" : target.substr(mark + 1)});
}

// One client. Lives in the frame of its coroutine.
struct Connection {
  Connection(tcp::socket socket, ServiceConnections& all) : stream(std::move(socket)), entry(all, stream) {}
  beast::tcp_stream stream;
  ServiceConnections::Entry entry;
};

}  // namespace

struct AdminServer::State {
  explicit State(Answer a) : answer(std::move(a)) {}

  void take(tcp::socket socket);
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<void> serve_requests(Connection& connection);

  Answer answer;
  ServiceConnections connections{kMaxConnections};  // outlives the coroutines, which the thread owns
  ServiceThread thread;
};

void AdminServer::State::take(tcp::socket socket) {
  if (connections.make_room()) asio::co_spawn(thread.io(), serve(std::move(socket)), asio::detached);
}

asio::awaitable<void> AdminServer::State::serve(tcp::socket socket) {
  Connection connection(std::move(socket), connections);
  try {
    co_await serve_requests(connection);
  } catch (const std::exception& e) {
    log::warning(std::string("admin port: a connection failed: ") + e.what());
  }
}

asio::awaitable<void> AdminServer::State::serve_requests(Connection& connection) {
  beast::tcp_stream& stream = connection.stream;
  std::string received;
  bool keep_alive = true;
  while (keep_alive) {
    error_code error;
    connection.entry.begin_wait(kHeadTimeout);
    const std::size_t head_size =
        co_await asio::async_read_until(stream, asio::dynamic_buffer(received, kMaxHead), "\r\n\r\n",
                                        asio::redirect_error(asio::use_awaitable, error));
    if (error && error != asio::error::not_found) co_return;  // gone, or silent for too long
    connection.entry.end_wait();

    Request request;
    AdminReply reply{431, "the request head is too large\n"};
    keep_alive = false;
    if (!error) {
      if (parse_service_head(std::string_view(received).substr(0, head_size), kMaxHead, request)) {
        keep_alive = request.keep_alive() && !has_body(request);
        reply = ask(answer, request);
      } else {
        request = Request();
        reply = {400, "this is not an HTTP request\n"};
      }
      received.erase(0, head_size);
    }
    Response response = response_to(request, std::move(reply), keep_alive);
    http::response_serializer<http::string_body> serializer(response);
    stream.expires_after(kAnswerTimeout);
    if (request.method() == http::verb::head) {
      co_await http::async_write_header(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    }
    if (error) co_return;
  }
  error_code ignored;  // the client may be gone already
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

AdminServer::AdminServer(Answer answer) : state_(std::make_unique<State>(std::move(answer))) {}

AdminServer::~AdminServer() { stop(); }

Result<void> AdminServer::bind(const SocketAddress& address) {
  return state_->thread.listen(address, "admin port");
}

std::uint16_t AdminServer::port() const { return state_->thread.port(); }

void AdminServer::start() {
  state_->thread.start([state = state_.get()](tcp::socket socket) { state->take(std::move(socket)); });
}

void AdminServer::stop() { state_->thread.stop(); }

}  // namespace headgate::app
