#include "http/local_reply.h"

#include "http/ascii.h"

namespace headgate::http {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Authorization Required";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Time-out";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request-URI Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Requested Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 425:
      return "Too Early";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Temporarily Unavailable";
    case 504:
      return "Gateway Time-out";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

namespace {

// A line of that name, in lower case, among whole lines.
bool has_line(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    if (lines.size() > name.size() && lines[name.size()] == ':' &&
        equals_ignoring_case(lines.substr(0, name.size()), name))
      return true;
    const std::size_t end = lines.find("\r\n");
    if (end == std::string_view::npos) return false;
    lines.remove_prefix(end + 2);
  }
  return false;
}

bool has_content(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string grpc_status_lines(int http_status) {
  int code = 2;  // UNKNOWN
  switch (http_status) {
    case 400:
      code = 13;  // INTERNAL
      break;
    case 401:
      code = 16;  // UNAUTHENTICATED
      break;
    case 403:
      code = 7;  // PERMISSION_DENIED
      break;
    case 404:
      code = 12;  // UNIMPLEMENTED
      break;
    case 429:
    case 502:
    case 503:
    case 504:
      code = 14;  // UNAVAILABLE
      break;
    default:
      break;
  }
  return "grpc-status: " + std::to_string(code) + "\r\ngrpc-message: " + std::to_string(http_status) + " " +
         std::string(reason_phrase(http_status)) + "\r\n";
}

std::string content_of(const LocalReply& reply) {
  if (!has_content(reply.status) || reply.grpc) return {};
  if (!reply.text.empty()) return std::string(reply.text);
  const std::string code = std::to_string(reply.status) + " ";
  const std::string_view phrase = reason_phrase(reply.status);
  std::string page = "<html>\r\n<head><title>" + code;
  page.append(reply.explanation.empty() ? phrase : reply.explanation);
  page.append("</title></head>\r\n<body>\r\n<center><h1>" + code).append(phrase).append("</h1></center>\r\n");
  if (!reply.explanation.empty()) page.append("<center>").append(reply.explanation).append("</center>\r\n");
  return page + "</body>\r\n</html>\r\n";
}

void append_local_reply(const LocalReply& reply, std::string_view date, std::string& out) {
  const std::string content = content_of(reply);
  out.append("HTTP/1.1 ")
      .append(std::to_string(reply.status))
      .append(" ")
      .append(reason_phrase(reply.status));
  out.append("\r\nDate: ").append(date).append("\r\n");
  if (has_content(reply.status)) {
    if (!has_line(reply.extra_fields, "content-type"))
      out.append(reply.grpc ? "Content-Type: application/grpc\r\n" : "Content-Type: text/html\r\n");
    out.append("Content-Length: ").append(std::to_string(content.size())).append("\r\n");
  }
  if (reply.close)
    out.append("Connection: close\r\n");
  else if (reply.http10_keep_alive)
    out.append("Connection: keep-alive\r\n");
  if (!reply.location.empty() && !has_line(reply.extra_fields, "location"))
    out.append("Location: ").append(reply.location).append("\r\n");
  out.append(reply.extra_fields).append("\r\n");
  if (!reply.head_only) out.append(content);
}

}  // namespace headgate::http
