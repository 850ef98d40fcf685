#include "app/echo.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "app/echo_options.h"
#include "app/field_name.h"
#include "base/json_string.h"

namespace headgate::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t kMaxBody = std::size_t{64} * 1024 * 1024;
constexpr auto kIdleTimeout = 120s;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

std::string_view view(boost::string_view text) { return {text.data(), text.size()}; }

// Go's http.TimeFormat, which is IMF-fixdate.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// As the echo server of ingress-controller-conformance answers.
std::string describe(const Request& request, const EchoOptions& options) {
  std::map<std::string, std::vector<std::string>> fields;
  for (const auto& field : request) {
    if (field.name() == http::field::host) continue;  // has a place of its own
    fields[canonical_field_name(view(field.name_string()))].emplace_back(view(field.value()));
  }
  std::string headers;
  for (const auto& [name, values] : fields) {
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ",") + json_string(value);
    headers += (headers.empty() ? "" : ",") + json_string(name) + ":[" + list + "]";
  }
  const std::string version = request.version() == 10 ? "HTTP/1.0" : "HTTP/1.1";
  return "{\"path\":" + json_string(view(request.target())) +
         ",\"host\":" + json_string(view(request[http::field::host])) +
         ",\"method\":" + json_string(view(request.method_string())) + ",\"proto\":" + json_string(version) +
         ",\"headers\":{" + headers + "},\"namespace\":" + json_string(options.namespace_name) +
         ",\"ingress\":" + json_string(options.ingress) + ",\"service\":" + json_string(options.service) +
         ",\"pod\":" + json_string(options.name) + "}\n";
}

asio::awaitable<void> echo_messages(beast::tcp_stream stream, Request request) {
  stream.expires_never();
  websocket::stream<beast::tcp_stream> socket(std::move(stream));
  socket.read_message_max(kMaxBody);
  co_await socket.async_accept(request, asio::use_awaitable);
  beast::flat_buffer message;
  while (true) {
    error_code error;
    co_await socket.async_read(message, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    socket.text(socket.got_text());
    co_await socket.async_write(message.data(), asio::use_awaitable);
    message.clear();
  }
}

asio::awaitable<void> serve_requests(beast::tcp_stream stream, const EchoOptions& options) {
  beast::flat_buffer buffer;
  while (true) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kMaxBody);
    error_code error;
    stream.expires_after(kIdleTimeout);
    co_await http::async_read_header(stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    if (parser.get()[http::field::expect] == "100-continue") {
      http::response<http::empty_body> go_on(http::status::continue_, 11);
      co_await http::async_write(stream, go_on, asio::use_awaitable);
    }
    stream.expires_after(kIdleTimeout);
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    Request request = parser.release();
    if (websocket::is_upgrade(request)) {
      co_await echo_messages(std::move(stream), std::move(request));
      co_return;
    }
    Response response(http::status::ok, request.version());
    response.set(http::field::date, http_date());
    response.set(http::field::content_type, "application/json");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("X-Pod", options.name);
    std::string body = describe(request, options);
    response.keep_alive(request.keep_alive());
    response.content_length(body.size());
    if (request.method() != http::verb::head) response.body() = std::move(body);
    http::response_serializer<http::string_body> serializer(response);
    if (request.method() == http::verb::head) {
      co_await http::async_write_header(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
    }
    if (error || !response.keep_alive()) co_return;
  }
}

asio::awaitable<void> serve(tcp::socket socket, const EchoOptions& options) {
  try {
    co_await serve_requests(beast::tcp_stream(std::move(socket)), options);
  } catch (const std::exception&) {
    // A client that goes away in the middle is its own affair; the connection is closed by now.
  }
}

asio::awaitable<void> accept_all(asio::io_context& io, tcp::acceptor& acceptor, const EchoOptions& options) {
  while (true) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (!error) asio::co_spawn(io, serve(std::move(socket), options), asio::detached);
  }
}

void listen(tcp::acceptor& acceptor, const SocketAddress& address) {
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), address.data(), address.size());
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
}

}  // namespace

int run_echo(std::span<const std::string_view> words) {
  const Result<EchoOptions> options =
      parse_echo_options(words, [](const char* name) { return std::getenv(name); });
  if (!options) {
    std::cerr << "headgate echo: " << options.error().message << "\n" << echo_usage();
    return 2;
  }
  asio::io_context io{1};
  tcp::acceptor acceptor(io);
  try {
    listen(acceptor, options->bind);
  } catch (const boost::system::system_error& error) {
    std::cerr << "headgate echo: cannot listen on " << options->bind.to_string() << ": "
              << error.code().message() << "\n";
    return 1;
  }
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&io](const error_code&, int) { io.stop(); });
  asio::co_spawn(io, accept_all(io, acceptor, *options), asio::detached);
  std::cerr << "headgate echo: " << options->name << " listens on " << options->bind.to_string() << "\n";
  io.run();
  return 0;
}

}  // namespace headgate::app
