#include "http/h1_parser.h"

#include <algorithm>
#include <cstring>

#include "http/ascii.h"
#include "http/field_table.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

// Longer ones are 501: RFC 9112 §3.
constexpr std::size_t kMaxMethodBytes = 32;

// A walk over the lines of one head. A byte is judged only by the bytes before it and never looked at behind
// its line's limit, so a head gives the same verdict whole and in pieces of any size.
class HeadReader {
 public:
  HeadReader(std::string_view data, const HeadLimits& limits, bool response)
      : begin_(data.data()),
        cursor_(begin_),
        end_(begin_ + std::min(data.size(), limits.head_bytes)),
        head_full_(data.size() >= limits.head_bytes),
        line_bytes_(limits.line_bytes),
        response_(response) {
    begin_line();
  }

  // Each reader returns true to go on; false leaves the reason in result().
  bool skip_empty_lines(std::size_t allowed);
  bool read_request_line(RequestHead& head);
  bool read_status_line(ResponseHead& head);
  bool read_fields(FieldList& fields);

  [[nodiscard]] const ParseResult& result() const { return result_; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(cursor_ - begin_); }

 private:
  void begin_line() {
    line_ = cursor_;
    // The line's bytes and its CRLF; the first byte behind them is over the limit.
    const auto room = static_cast<std::size_t>(end_ - line_);
    line_full_ = room >= line_bytes_ + 2;
    limit_ = line_full_ ? line_ + line_bytes_ + 2 : end_;
  }
  bool read_field(FieldList& fields);
  bool read_version(const char* p, int& minor);
  // `p` is at the CR that should end the line: steps behind its LF.
  bool end_line(const char* p, RejectReason reason) {
    if (p == limit_) return ran_out(reason);
    if (*p != '\r') return refuse(400, reason);
    if (p + 1 == limit_) return ran_out(reason);
    if (p[1] != '\n') return refuse(400, reason);
    cursor_ = p + 2;
    begin_line();
    return true;
  }
  bool refuse(std::uint16_t status, RejectReason reason) {
    result_.status = ParseStatus::refused;
    result_.refusal = response_ ? Refusal{502, RejectReason::upstream_bad_head} : Refusal{status, reason};
    return false;
  }
  // The bytes ended (or a limit did) before the line was whole.
  bool ran_out(RejectReason line_reason) {
    const bool request_line =
        line_reason == RejectReason::bad_request_line || line_reason == RejectReason::bad_target;
    if (line_full_)
      return request_line ? refuse(414, RejectReason::uri_too_long)
                          : refuse(431, RejectReason::header_too_large);
    if (head_full_) return refuse(431, RejectReason::header_too_large);
    result_.status = ParseStatus::incomplete;
    return false;
  }

  const char* begin_;
  const char* cursor_;
  const char* end_;  // of what may be looked at
  const char* line_ = nullptr;
  const char* limit_ = nullptr;  // of the line: nothing at or behind it is read
  bool head_full_;               // end_ is where the head must have ended
  bool line_full_ = false;       // limit_ is where the line must have ended
  std::size_t line_bytes_;
  bool response_;
  ParseResult result_;
};

bool HeadReader::skip_empty_lines(std::size_t allowed) {
  for (; allowed > 0; --allowed) {
    if (cursor_ == limit_) return ran_out(RejectReason::bad_request_line);
    if (*cursor_ != '\r') return true;
    if (!end_line(cursor_, RejectReason::bad_request_line)) return false;
  }
  return true;
}

bool HeadReader::read_request_line(RequestHead& head) {
  const char* const method = cursor_;
  const auto room = static_cast<std::size_t>(limit_ - method);
  const char* const method_limit = method + std::min(room, kMaxMethodBytes + 1);
  scan::OddBytes odd;
  const char* p = scan::token_end(method, method_limit, odd);
  if (p == method_limit) {
    if (room > kMaxMethodBytes) return refuse(501, RejectReason::bad_request_line);
    return ran_out(RejectReason::bad_request_line);
  }
  if (p == method || *p != ' ') return refuse(400, RejectReason::bad_request_line);
  head.method_text = {method, static_cast<std::size_t>(p - method)};
  head.method = method_of(head.method_text);

  const char* const target = p + 1;
  p = scan::visible_end(target, limit_);
  if (p == limit_) return ran_out(RejectReason::bad_target);
  if (*p != ' ') return refuse(400, *p == '\r' ? RejectReason::bad_request_line : RejectReason::bad_target);
  if (p == target) return refuse(400, RejectReason::bad_request_line);
  head.target = {target, static_cast<std::size_t>(p - target)};

  const char* const line = line_;
  const char* const version = p + 1;
  if (!read_version(version, head.minor_version)) return false;
  head.request_line = {line, static_cast<std::size_t>(version + 8 - line)};
  return true;
}

// "HTTP/1.0" or "HTTP/1.1" and CRLF. Another version in the right form is 505, all else 400.
bool HeadReader::read_version(const char* p, int& minor) {
  constexpr std::string_view kUsual = "HTTP/1.1\r\n";
  if (static_cast<std::size_t>(limit_ - p) >= kUsual.size() &&
      std::memcmp(p, kUsual.data(), kUsual.size()) == 0) {
    minor = 1;
    cursor_ = p + kUsual.size();
    begin_line();
    return true;
  }
  for (const char expected : std::string_view("HTTP/d.d")) {
    if (p == limit_) return ran_out(RejectReason::bad_request_line);
    if (expected == 'd' ? !is_digit(*p) : *p != expected) return refuse(400, RejectReason::bad_request_line);
    ++p;
  }
  const char major_digit = p[-3];
  const char minor_digit = p[-1];
  if (!end_line(p, RejectReason::bad_request_line)) return false;
  if (major_digit != '1' || minor_digit > '1') return refuse(505, RejectReason::unsupported_version);
  minor = minor_digit - '0';
  return true;
}

bool HeadReader::read_status_line(ResponseHead& head) {
  const char* p = cursor_;
  for (const char expected : std::string_view("HTTP/1.d ddd")) {
    if (p == limit_) return ran_out(RejectReason::bad_header);
    if (expected == 'd' ? !is_digit(*p) : *p != expected) return refuse(502, RejectReason::upstream_bad_head);
    ++p;
  }
  const char minor_digit = p[-5];
  head.status = (p[-3] - '0') * 100 + (p[-2] - '0') * 10 + (p[-1] - '0');
  if (minor_digit > '1' || head.status < 100) return refuse(502, RejectReason::upstream_bad_head);
  head.minor_version = minor_digit - '0';
  if (p == limit_) return ran_out(RejectReason::bad_header);
  const char* reason = p;
  if (*p == ' ') {
    reason = p + 1;
    p = scan::field_end(reason, limit_);
  }
  head.reason = {reason, static_cast<std::size_t>(p - reason)};
  return end_line(p, RejectReason::bad_header);
}

bool HeadReader::read_fields(FieldList& fields) {
  fields.clear();
  for (;;) {
    if (cursor_ == limit_) return ran_out(RejectReason::bad_header);
    if (*cursor_ == '\r') {
      if (!end_line(cursor_, RejectReason::bad_header)) return false;
      result_.status = ParseStatus::complete;
      return true;
    }
    if (fields.full()) return refuse(431, RejectReason::too_many_headers);
    if (!read_field(fields)) return false;
  }
}

bool HeadReader::read_field(FieldList& fields) {
  const char* const name = cursor_;
  scan::OddBytes odd;
  const char* const colon = scan::token_end(name, limit_, odd);
  if (colon == limit_) return ran_out(RejectReason::bad_header);
  if (*colon != ':' || colon == name) return refuse(400, RejectReason::bad_header);

  const char* value = colon + 1;
  const char* const line_end = scan::field_end(value, limit_);
  if (!end_line(line_end, RejectReason::bad_header)) return false;
  while (value != line_end && is_optional_space(*value)) ++value;
  const char* value_end = line_end;
  while (value_end != value && is_optional_space(value_end[-1])) --value_end;

  Field& field = fields.add();
  field.name = {name, static_cast<std::size_t>(colon - name)};
  field.value = {value, static_cast<std::size_t>(value_end - value)};
  field.id = field_table::id_of(field.name, odd);
  field.canonical = value == colon + 2 && colon[1] == ' ' && value_end == line_end;
  return true;
}

}  // namespace

ParseResult parse_request_head(std::string_view data, const HeadLimits& limits, RequestHead& head) {
  HeadReader reader(data, limits, false);
  if (reader.skip_empty_lines(limits.leading_empty_lines) && reader.read_request_line(head) &&
      reader.read_fields(head.fields))
    head.size = reader.size();
  return reader.result();
}

ParseResult parse_response_head(std::string_view data, const HeadLimits& limits, ResponseHead& head) {
  HeadReader reader(data, limits, true);
  if (reader.read_status_line(head) && reader.read_fields(head.fields)) head.size = reader.size();
  return reader.result();
}

}  // namespace headgate::http
