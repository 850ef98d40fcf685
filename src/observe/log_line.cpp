// LogFormat: writing lines.
#include <algorithm>
#include <ctime>

#include "observe/log_format.h"
#include "observe/log_text.h"

namespace headgate::observe {
namespace {

// Memory for one line, and how far it has come.
class Line {
 public:
  // `reserve`: bytes that texts of any length leave to the others.
  Line(char* out, std::size_t room, std::size_t reserve, LogEscape escape)
      : out_(out),
        texts_(room < reserve ? 0 : room - reserve),
        escape_(escape),
        may_cut_(room >= LogFormat::kMostLine),
        overflown_(room < reserve) {}

  [[nodiscard]] bool overflown() const { return overflown_; }
  [[nodiscard]] char* end() const { return out_; }

  void literal(std::string_view text) { out_ = write_text(out_, text); }
  void number(std::uint64_t value) { out_ = write_number(out_, value); }
  void seconds(std::chrono::microseconds value) { out_ = write_seconds(out_, value); }
  void absent() {
    if (escape_ == LogEscape::standard) *out_++ = '-';
  }
  // Without data: absent.
  void text(std::string_view text) {
    if (text.data() == nullptr) {
      absent();
      return;
    }
    const std::size_t factor = escape_factor(escape_);
    if (text.size() * factor > texts_) {
      if (!may_cut_) overflown_ = true;
      text = text.substr(0, may_cut_ ? texts_ / factor : 0);
    }
    char* const begin = out_;
    out_ = write_escaped_text(out_, text, escape_);
    texts_ -= static_cast<std::size_t>(out_ - begin);
  }
  // Empty: absent.
  void known_text(std::string_view value) {
    if (value.empty())
      absent();
    else
      text(value);
  }

 private:
  char* out_;
  std::size_t texts_;  // bytes that texts may still take
  LogEscape escape_;
  bool may_cut_;
  bool overflown_;
};

// The parts of "GET /a?b HTTP/1.1" as far as they are there.
struct RequestLine {
  explicit RequestLine(std::string_view line) {
    const std::size_t first = line.find(' ');
    if (first == std::string_view::npos) return;
    method = line.substr(0, first);
    line.remove_prefix(first + 1);
    if (const std::size_t last = line.rfind(' ');
        last != std::string_view::npos && line.substr(last + 1).starts_with("HTTP/")) {
      protocol = line.substr(last + 1);
      line = line.substr(0, last);
    }
    uri = line;
    // Of "http://host/path" the path.
    const std::size_t scheme = uri.starts_with('/') ? std::string_view::npos : uri.find("://");
    if (scheme != std::string_view::npos) {
      const std::size_t path = uri.find_first_of("/?", scheme + 3);
      uri = path == std::string_view::npos ? "/" : uri.substr(path);
    }
    if (const std::size_t mark = uri.find('?'); mark != std::string_view::npos) args = uri.substr(mark + 1);
  }
  std::string_view method;
  std::string_view uri;
  std::string_view args;
  std::string_view protocol;
};

bool same_name(std::string_view written, std::string_view lower) {
  return written.size() == lower.size() &&
         std::equal(written.begin(), written.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a + 32 : static_cast<int>(a)) == b;
         });
}

// Without data: there is none of that name.
std::string_view argument(std::string_view args, std::string_view name) {
  while (!args.empty()) {
    const std::size_t end = std::min(args.find('&'), args.size());
    const std::string_view pair = args.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && same_name(pair.substr(0, equals), name))
      return pair.substr(equals + 1);
    args.remove_prefix(std::min(end + 1, args.size()));
  }
  return {};
}

// One value of each try, as nginx joins its $upstream_* variables.
template <typename Put>
void each_try(Line& line, const AccessRecord& record, Put put) {
  const std::size_t tries = std::min<std::size_t>(record.try_count, record.tries.size());
  if (tries == 0) line.absent();
  for (std::size_t i = 0; i < tries; ++i) {
    if (i > 0) line.literal(", ");
    put(record.tries[i]);
  }
}

char* write_digits(char* out, int value, int digits) {
  for (int i = digits; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + digits;
}

// "2026-11-22T10:00:00+00:00", of here.
void iso8601(Line& line, std::int64_t milliseconds) {
  const std::time_t seconds = milliseconds / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[80];  // as write_text() likes it
  char* out = write_digits(text, local.tm_year + 1900, 4);
  *out++ = '-';
  out = write_digits(out, local.tm_mon + 1, 2);
  *out++ = '-';
  out = write_digits(out, local.tm_mday, 2);
  *out++ = 'T';
  out = write_digits(out, local.tm_hour, 2);
  *out++ = ':';
  out = write_digits(out, local.tm_min, 2);
  *out++ = ':';
  out = write_digits(out, local.tm_sec, 2);
  const auto minutes = static_cast<int>(local.tm_gmtoff / 60);
  *out++ = minutes < 0 ? '-' : '+';
  out = write_digits(out, std::abs(minutes) / 60, 2);
  *out++ = ':';
  out = write_digits(out, std::abs(minutes) % 60, 2);
  line.literal({text, static_cast<std::size_t>(out - text)});
}

// What is neither of the request nor of the relay.
void common(Line& line, LogVariable variable, const LogDetails& details) {
  switch (variable) {
    case LogVariable::time_iso8601:
      iso8601(line, details.wall_milliseconds);
      break;
    case LogVariable::msec:
      line.seconds(std::chrono::milliseconds(details.wall_milliseconds));
      break;
    case LogVariable::connection:
      line.number(details.connection);
      break;
    case LogVariable::connection_requests:
      line.number(details.connection_requests);
      break;
    case LogVariable::pipe:
      line.literal(".");
      break;
    default:
      if (static_cast<std::size_t>(variable) < kLogTexts)
        line.text(details.text(variable));
      else
        line.absent();
  }
}

void upstream(Line& line, LogVariable variable, const AccessRecord& record) {
  each_try(line, record, [&](const UpstreamTry& each) {
    switch (variable) {
      case LogVariable::upstream_addr:
        line.literal(each.address.empty() ? "-" : each.address);
        break;
      case LogVariable::upstream_status:
        each.status == 0 ? line.literal("-") : line.number(each.status);
        break;
      case LogVariable::upstream_response_length:
        line.number(each.response_bytes);
        break;
      case LogVariable::upstream_connect_time:
        line.seconds(each.connect_time);
        break;
      case LogVariable::upstream_header_time:
        line.seconds(each.header_time);
        break;
      default:
        line.seconds(each.response_time);
    }
  });
}

void put(Line& line, LogVariable variable, const AccessRecord& record, const LogDetails& details) {
  switch (variable) {
    case LogVariable::remote_addr:
      return line.known_text(record.remote_addr);
    case LogVariable::remote_user:
      return line.known_text(record.remote_user);
    case LogVariable::time_local:
      return line.known_text(record.time_local);
    case LogVariable::request:
      return line.known_text(record.request_line);
    case LogVariable::request_method:
      return line.known_text(RequestLine(record.request_line).method);
    case LogVariable::request_uri:
      return line.known_text(RequestLine(record.request_line).uri);
    case LogVariable::args:
      return line.known_text(RequestLine(record.request_line).args);
    case LogVariable::is_args:
      return line.literal(RequestLine(record.request_line).args.empty() ? "" : "?");
    case LogVariable::server_protocol:
      return line.known_text(RequestLine(record.request_line).protocol);
    case LogVariable::status:
      return line.number(record.status);
    case LogVariable::body_bytes_sent:
      return line.number(record.body_bytes_sent);
    case LogVariable::bytes_sent:
      return line.number(record.bytes_sent);
    case LogVariable::request_length:
      return line.number(record.request_length);
    case LogVariable::request_time:
      return line.seconds(record.request_time);
    case LogVariable::request_id:
      return line.known_text(record.request_id);
    case LogVariable::upstream_name:
      return line.known_text(record.upstream_name);
    case LogVariable::alternative_upstream_name:
      // ingress-nginx sets it for every request: none is nothing, not "-".
      return record.alternative_upstream_name.empty() ? void() : line.text(record.alternative_upstream_name);
    case LogVariable::upstream_addr:
    case LogVariable::upstream_status:
    case LogVariable::upstream_response_time:
    case LogVariable::upstream_connect_time:
    case LogVariable::upstream_header_time:
    case LogVariable::upstream_response_length:
      return upstream(line, variable, record);
    default:
      return common(line, variable, details);
  }
}

void put(Line& line, LogVariable variable, const StreamRecord& record, const LogDetails& details) {
  switch (variable) {
    case LogVariable::remote_addr:
      return line.known_text(record.remote_addr);
    case LogVariable::time_local:
      return line.known_text(record.time_local);
    case LogVariable::protocol:
      return line.literal("TCP");
    case LogVariable::status:
      return line.number(record.status);
    case LogVariable::bytes_sent:
      return line.number(record.bytes_sent);
    case LogVariable::bytes_received:
      return line.number(record.bytes_received);
    case LogVariable::session_time:
      return line.seconds(record.session_time);
    case LogVariable::upstream_addr:
      return line.known_text(record.upstream_addr);
    case LogVariable::upstream_name:
      return line.known_text(record.upstream_name);
    default:
      return common(line, variable, details);
  }
}

}  // namespace

char* LogFormat::write(char* out, std::size_t room, const AccessRecord& record,
                       const LogDetails& details) const {
  Line line(out, room, fixed_, escape_);
  if (line.overflown()) return nullptr;
  for (const Part& part : parts_) {
    line.literal(part.literal);
    if (part.variable == LogVariable::captured)
      line.text(part.capture < details.captured.size() ? details.captured[part.capture] : std::string_view());
    else if (part.variable == LogVariable::arg)
      line.text(argument(RequestLine(record.request_line).args, part.name));
    else if (!part.name.empty())
      line.literal(part.name);
    else
      put(line, part.variable, record, details);
  }
  line.literal(tail_);
  return line.overflown() ? nullptr : line.end();
}

char* LogFormat::write(char* out, std::size_t room, const StreamRecord& record,
                       const LogDetails& details) const {
  Line line(out, room, fixed_, escape_);
  if (line.overflown()) return nullptr;
  for (const Part& part : parts_) {
    line.literal(part.literal);
    if (!part.name.empty())
      line.literal(part.name);
    else
      put(line, part.variable, record, details);
  }
  line.literal(tail_);
  return line.overflown() ? nullptr : line.end();
}

}  // namespace headgate::observe
