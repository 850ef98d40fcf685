// What a test pod can do with one request.
#include "support/backend_exchange.h"

#include <sys/socket.h>

#include <cerrno>

namespace headgate::test_support {

bool BackendExchange::read_body(std::chrono::milliseconds within) {
  if (!body_read_) {
    body_read_ = true;
    if (!read_request_body(reader_, request_, Deadline(within))) finished_ = true;
    on_body_();
  }
  return request_.complete;
}

bool BackendExchange::send(std::string_view bytes) {
  const Deadline deadline(kPatience);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      finished_ = true;
      return false;
    } else {
      pollfd ready{fd_, POLLOUT, 0};
      if (::poll(&ready, 1, deadline.poll_timeout()) <= 0 && deadline.passed()) return false;
    }
  }
  return true;
}

bool BackendExchange::respond(int status, std::string_view body, std::string_view fields) {
  std::string text =
      "HTTP/1.1 " + std::to_string(status) + " Test\r\nX-Pod: " + name_ +
      "\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  text.append(fields).append("\r\n");
  if (request_.method != "HEAD") text.append(body);
  return send(text);
}

bool BackendExchange::respond_with_echo() {
  std::string body = "pod=" + name_ + "\nmethod=" + request_.method + "\ntarget=" + request_.target +
                     "\nversion=" + request_.version + "\n";
  for (const auto& [name, value] : request_.fields) body.append(name).append("=").append(value).append("\n");
  return respond(200, body, "Content-Type: text/plain\r\n");
}

std::string BackendExchange::read_some(ReadEnd& end, std::chrono::milliseconds within) {
  end = ReadEnd::data;
  if (reader_.buffer().empty()) end = reader_.fill(Deadline(within));
  return std::exchange(reader_.buffer(), {});
}

bool BackendExchange::closed_by_peer(std::chrono::milliseconds within) {
  const Deadline deadline(within);
  while (true) {
    const ReadEnd end = reader_.fill(deadline);
    if (end == ReadEnd::timed_out) return false;
    if (end != ReadEnd::data) return true;
  }
}

void BackendExchange::half_close() { ::shutdown(fd_, SHUT_WR); }

void BackendExchange::reset() {
  const linger hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  finished_ = true;
}

}  // namespace headgate::test_support
