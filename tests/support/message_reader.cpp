// HTTP/1 framing as a test needs it: lenient in what it reads, exact in what it reports.
#include "support/message_reader.h"

#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>

namespace headgate::test_support {

ReadEnd MessageReader::fill(const Deadline& deadline) {
  while (true) {
    pollfd ready{fd_, POLLIN, 0};
    const int n = ::poll(&ready, 1, deadline.poll_timeout());
    if (n == 0) return ReadEnd::timed_out;
    if (n < 0) {
      if (errno == EINTR) continue;
      return ReadEnd::reset;
    }
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got > 0) {
      buffer_.append(bytes, static_cast<std::size_t>(got));
      return ReadEnd::data;
    }
    if (got == 0) return ReadEnd::closed;
    if (errno != EINTR && errno != EAGAIN) return ReadEnd::reset;
  }
}

bool MessageReader::need(HttpMessage& message, const char* where, const Deadline& deadline) {
  switch (fill(deadline)) {
    case ReadEnd::data:
      return true;
    case ReadEnd::closed:
      message.problem = std::string("closed in the ") + where;
      return false;
    case ReadEnd::reset:
      message.problem = std::string("reset in the ") + where;
      return false;
    case ReadEnd::timed_out:
      message.problem = std::string("timed out in the ") + where;
      return false;
  }
  return false;
}

bool MessageReader::read_head(HttpMessage& message, const Deadline& deadline) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!need(message, "head", deadline)) return false;
  }
  parse_head(std::string_view(buffer_).substr(0, end), message);
  buffer_.erase(0, end + 4);
  return true;
}

bool MessageReader::read_length(HttpMessage& message, std::size_t size, const Deadline& deadline) {
  while (buffer_.size() < size) {
    if (!need(message, "body", deadline)) {
      message.body += buffer_;
      buffer_.clear();
      return false;
    }
  }
  message.body.append(buffer_, 0, size);
  buffer_.erase(0, size);
  return true;
}

bool MessageReader::read_line(std::string& line, HttpMessage& message, const Deadline& deadline) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!need(message, "chunked body", deadline)) return false;
  }
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return true;
}

bool MessageReader::read_chunked(HttpMessage& message, const Deadline& deadline) {
  std::string line;
  while (true) {
    if (!read_line(line, message, deadline)) return false;
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    if (error != std::errc() || end == line.data()) {
      message.problem = "not a chunk size: " + line.substr(0, 40);
      return false;
    }
    if (size == 0) break;
    if (!read_length(message, size, deadline) || !read_line(line, message, deadline)) return false;
    if (!line.empty()) {
      message.problem = "no CRLF after a chunk";
      return false;
    }
  }
  while (read_line(line, message, deadline)) {
    if (line.empty()) return true;
    HttpMessage trailer;
    parse_head("\r\n" + line, trailer);
    message.trailers.insert(message.trailers.end(), trailer.fields.begin(), trailer.fields.end());
  }
  return false;
}

bool MessageReader::read_until_close(HttpMessage& message, const Deadline& deadline) {
  ReadEnd end = ReadEnd::data;
  while (end == ReadEnd::data) end = fill(deadline);
  message.body += buffer_;
  buffer_.clear();
  if (end == ReadEnd::closed) return true;
  message.problem = end == ReadEnd::reset ? "reset in the body" : "timed out in the body";
  return false;
}

HttpRequest read_request_head(MessageReader& reader, const Deadline& deadline) {
  HttpRequest request;
  if (!reader.read_head(request, deadline)) return request;
  const std::string& line = request.start_line;
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string::npos || first == last) {
    request.problem = "not a request line: " + line;
    return request;
  }
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  request.version = line.substr(last + 1);
  return request;
}

bool read_request_body(MessageReader& reader, HttpRequest& request, const Deadline& deadline) {
  if (request.lists("Transfer-Encoding", "chunked")) {
    request.complete = reader.read_chunked(request, deadline);
  } else {
    const auto length = request.field("Content-Length");
    request.complete =
        !length || reader.read_length(request, std::strtoull(length->c_str(), nullptr, 10), deadline);
  }
  return request.complete;
}

HttpResponse read_response(MessageReader& reader, std::string_view method, const Deadline& deadline) {
  HttpResponse response;
  while (true) {
    HttpMessage head;
    if (!reader.read_head(head, deadline)) {
      response.problem = head.problem;
      return response;
    }
    response.start_line = head.start_line;
    response.version = head.start_line.substr(0, head.start_line.find(' '));
    response.status = std::atoi(head.start_line.c_str() + std::min<std::size_t>(head.start_line.size(), 9));
    if (response.status / 100 == 1 && response.status != 101) {
      response.interim.push_back(response.status);
      response.interim_fields.insert(response.interim_fields.end(), head.fields.begin(), head.fields.end());
      continue;
    }
    response.fields = std::move(head.fields);
    break;
  }
  if (method == "HEAD" || response.status == 101 || response.status == 204 || response.status == 304) {
    response.complete = true;
  } else if (response.lists("Transfer-Encoding", "chunked")) {
    response.complete = reader.read_chunked(response, deadline);
  } else if (const auto length = response.field("Content-Length")) {
    response.complete = reader.read_length(response, std::strtoull(length->c_str(), nullptr, 10), deadline);
  } else {
    response.ends_with_close = true;
    response.complete = reader.read_until_close(response, deadline);
  }
  return response;
}

}  // namespace headgate::test_support
