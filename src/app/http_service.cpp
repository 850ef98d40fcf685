#include "app/http_service.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace headgate::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto kAcceptPause = 100ms;

}  // namespace

bool parse_service_head(std::string_view text, std::size_t most, ServiceRequest& request,
                        std::uint64_t* body_length) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(most));
  if (body_length != nullptr)
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // the caller's limit; boost::none is 0
  parser.eager(false);
  error_code error;
  parser.put(asio::buffer(text.data(), text.size()), error);
  if (error || !parser.is_header_done()) return false;
  if (body_length != nullptr) *body_length = parser.content_length().value_or(0);
  request = parser.release();
  return true;
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, std::function<void(tcp::socket)> take) {
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (!error) {
      take(std::move(socket));
      continue;
    }
    // Out of descriptors most likely: accepting again at once would only spin.
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

ServiceConnections::Entry::Entry(ServiceConnections& all, boost::beast::tcp_stream& stream)
    : all_(all), stream_(stream) {
  all_.entries_.push_back(this);
}

ServiceConnections::Entry::~Entry() { all_.entries_.remove(this); }

void ServiceConnections::Entry::begin_wait(std::chrono::seconds most) {
  is_waiting_ = true;
  stream_.expires_after(most);
  const auto at = std::find(all_.entries_.begin(), all_.entries_.end(), this);
  if (at != all_.entries_.end()) all_.entries_.splice(all_.entries_.end(), all_.entries_, at);
}

bool ServiceConnections::make_room() {
  if (entries_.size() < most_) return true;
  const auto silent =
      std::find_if(entries_.begin(), entries_.end(), [](const Entry* each) { return each->is_waiting_; });
  if (silent == entries_.end()) return false;
  (*silent)->stream_.close();
  entries_.erase(silent);
  return true;
}

}  // namespace headgate::app
