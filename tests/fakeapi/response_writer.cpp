#include <utility>

#include "fakeapi/response_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace headgate::fakeapi {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kFlushAt = std::size_t{64} * 1024;
// Go's server sends a body of up to this size with its length, a larger one in chunks.
constexpr std::size_t kMostWithLength = 2048;

std::string_view phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace

asio::awaitable<void> ResponseWriter::send_head(const ApiAnswer& answer, bool is_stream, bool keep_alive) {
  chunked_ = is_stream || answer.body.size() > kMostWithLength || fault_.cut == Cut::truncate ||
             fault_.cut == Cut::bad_chunk;
  out_ = "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string(phrase(answer.status)) + "\r\n";
  out_ += "Cache-Control: no-cache, private\r\nContent-Type: " + answer.content_type + "\r\n";
  for (const auto& [name, value] : answer.headers) out_ += name + ": " + value + "\r\n";
  if (!keep_alive) out_ += "Connection: close\r\n";
  out_ += "Date: " + http_date() + "\r\n";
  out_ += chunked_ ? std::string("Transfer-Encoding: chunked\r\n\r\n")
                   : "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
  // A stream's head is sent at once, as long as it may be until the first event.
  if (is_stream) co_await flush();
}

asio::awaitable<void> ResponseWriter::put(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t size = bytes.size();
    if (fault_.pieces > 0) size = std::min(size, fault_.pieces);
    if (fault_.cut != Cut::none && !has_cut_) {
      if (sent_ == fault_.at) {
        co_await do_cut();
        continue;
      }
      size = std::min(size, fault_.at - sent_);
    }
    co_await put_piece(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

asio::awaitable<void> ResponseWriter::put_piece(std::string_view bytes) {
  sent_ += bytes.size();
  if (chunked_) {
    std::array<char, 24> size{};
    const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    out_.append(size.data(), static_cast<std::size_t>(length));
  }
  if (bytes.size() > kFlushAt) {
    co_await flush();
    co_await connection_.transport().write(bytes);
  } else {
    out_ += bytes;
  }
  if (chunked_) out_ += "\r\n";
  if (fault_.pieces > 0 || out_.size() > kFlushAt) co_await flush();
  if (fault_.piece_delay.count() > 0) {
    const auto until = Connection::Clock::now() + fault_.piece_delay;
    while (Connection::Clock::now() < until) co_await connection_.wait(until);
  }
}

asio::awaitable<void> ResponseWriter::flush() {
  if (out_.empty()) co_return;
  const std::string bytes = std::exchange(out_, {});
  co_await connection_.transport().write(bytes);
}

asio::awaitable<void> ResponseWriter::do_cut() {
  has_cut_ = true;
  if (fault_.cut == Cut::truncate) {
    co_await finish();
    connection_.drop(false);
    throw ConnectionEnded();
  }
  if (fault_.cut == Cut::bad_chunk) out_ += "xyz\r\n";
  co_await flush();
  if (fault_.cut == Cut::stall) {
    const std::size_t releases = connection_.state().stall_releases;
    while (connection_.state().stall_releases == releases) {
      co_await connection_.wait(Connection::Clock::time_point::max());
    }
  } else if (fault_.cut != Cut::split) {
    connection_.drop(fault_.cut == Cut::reset);
    throw ConnectionEnded();
  }
}

asio::awaitable<void> ResponseWriter::finish() {
  // A cut at the very end of the body.
  if (fault_.cut != Cut::none && !has_cut_ && sent_ == fault_.at) co_await do_cut();
  if (chunked_) out_ += "0\r\n\r\n";
  co_await flush();
}

}  // namespace headgate::fakeapi
