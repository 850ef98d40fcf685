#include "observe/access_log.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "observe/log_text.h"

namespace headgate::observe {
namespace {

// For literals: a constant size becomes a few stores.
template <std::size_t N>
char* put(char* out, const char (&literal)[N]) {
  std::memcpy(out, literal, N - 1);
  return out + N - 1;
}

// An identifier of any size comes from the client; the common ones have 32 to 36 bytes.
constexpr std::size_t kMaxRequestId = 256;

std::string_view request_id(const AccessRecord& record) { return record.request_id.substr(0, kMaxRequestId); }

char* put_or_dash(char* out, std::string_view text) { return write_text(out, text.empty() ? "-" : text); }

std::size_t try_count(const AccessRecord& record) {
  return std::min<std::size_t>(record.try_count, record.tries.size());
}

// An upper bound of the line's length, so that formatting needs no checks.
std::size_t room_for(const AccessRecord& record) {
  std::size_t room = 64 + 8 * kMaxNumber;
  room +=
      4 * (record.request_line.size() + record.referer.size() + record.user_agent.size() +
           record.upstream_name.size() + record.alternative_upstream_name.size() + request_id(record).size());
  room += record.remote_addr.size() + record.time_local.size() + 4 * record.remote_user.size();
  for (std::size_t i = 0; i < try_count(record); ++i)
    room += record.tries[i].address.size() + 4 * (kMaxNumber + 2);
  return room;
}

// One value of each try, in order, as nginx joins its $upstream_* variables.
template <typename Put>
char* put_each_try(char* out, const AccessRecord& record, std::size_t tries, Put put_value) {
  for (std::size_t i = 0; i < tries; ++i) {
    if (i > 0) out = put(out, ", ");
    out = put_value(out, record.tries[i]);
  }
  return out;
}

char* put_upstream(char* out, const AccessRecord& record) {
  const std::size_t tries = try_count(record);
  if (tries == 0) return put(out, "- - - -");
  out = put_each_try(out, record, tries,
                     [](char* p, const UpstreamTry& t) { return put_or_dash(p, t.address); });
  *out++ = ' ';
  out = put_each_try(out, record, tries,
                     [](char* p, const UpstreamTry& t) { return write_number(p, t.response_bytes); });
  *out++ = ' ';
  out = put_each_try(out, record, tries,
                     [](char* p, const UpstreamTry& t) { return write_seconds(p, t.response_time); });
  *out++ = ' ';
  return put_each_try(out, record, tries, [](char* p, const UpstreamTry& t) {
    return t.status == 0 ? put(p, "-") : write_number(p, t.status);
  });
}

char* put_line(char* out, const AccessRecord& record) {
  out = put_or_dash(out, record.remote_addr);
  out = put(out, " - ");
  out = write_escaped(out, record.remote_user);
  out = put(out, " [");
  out = write_text(out, record.time_local);
  out = put(out, "] \"");
  out = write_escaped(out, record.request_line);
  out = put(out, "\" ");
  out = write_number(out, record.status);
  *out++ = ' ';
  out = write_number(out, record.body_bytes_sent);
  out = put(out, " \"");
  out = write_escaped(out, record.referer);
  out = put(out, "\" \"");
  out = write_escaped(out, record.user_agent);
  out = put(out, "\" ");
  out = write_number(out, record.request_length);
  *out++ = ' ';
  out = write_seconds(out, record.request_time);
  out = put(out, " [");
  out = write_escaped(out, record.upstream_name);
  out = put(out, "] [");
  out = write_text(out, record.alternative_upstream_name);  // a name of ours; none is nothing, not "-"
  out = put(out, "] ");
  out = put_upstream(out, record);
  *out++ = ' ';
  out = write_escaped(out, request_id(record));
  *out++ = '\n';
  return out;
}

char* put_line(char* out, const StreamRecord& record) {
  *out++ = '[';
  out = put_or_dash(out, record.remote_addr);
  out = put(out, "] [");
  out = write_text(out, record.time_local);
  out = put(out, "] TCP ");
  out = write_number(out, record.status);
  *out++ = ' ';
  out = write_number(out, record.bytes_sent);
  *out++ = ' ';
  out = write_number(out, record.bytes_received);
  *out++ = ' ';
  out = write_seconds(out, record.session_time);
  *out++ = '\n';
  return out;
}

}  // namespace

AccessLog::AccessLog(AccessLogSink& sink) : sink_(sink) {
  if (sink_.enabled()) buffer_ = LogBuffer::with_capacity(AccessLogSink::kBufferBytes);
}

AccessLog::~AccessLog() { flush(); }

char* AccessLog::make_room(std::size_t room) {
  if (buffer_.capacity - buffer_.size < room) {
    flush();
    // Only a client that sends tens of kilobytes of bytes to be escaped gets here.
    if (buffer_.capacity < room) buffer_ = LogBuffer::with_capacity(room);
  }
  return buffer_.data.get() + buffer_.size;
}

void AccessLog::line_ends(const char* end) {
  buffer_.size = static_cast<std::size_t>(end - buffer_.data.get());
  ++buffer_.lines;
}

void AccessLog::append(const AccessRecord& record) {
  if (sink_.enabled()) line_ends(put_line(make_room(room_for(record)), record));
}

void AccessLog::append(const StreamRecord& record) {
  if (!sink_.enabled()) return;
  const std::size_t room = 32 + record.remote_addr.size() + record.time_local.size() + 4 * kMaxNumber;
  line_ends(put_line(make_room(room), record));
}

template <typename Record>
void AccessLog::append_in(const Record& record, const LogFormat& format, const LogDetails& details) {
  if (!sink_.enabled()) return;
  char* out = buffer_.data.get() + buffer_.size;
  char* end = format.write(out, buffer_.capacity - buffer_.size, record, details);
  if (end == nullptr) {
    flush();
    end = format.write(buffer_.data.get(), buffer_.capacity, record, details);
  }
  if (end == nullptr) {
    buffer_ = LogBuffer::with_capacity(LogFormat::kMostLine);
    end = format.write(buffer_.data.get(), buffer_.capacity, record, details);
  }
  line_ends(end);
}

void AccessLog::append(const AccessRecord& record, const LogFormat& format, const LogDetails& details) {
  append_in(record, format, details);
}

void AccessLog::append(const StreamRecord& record, const LogFormat& format, const LogDetails& details) {
  append_in(record, format, details);
}

void AccessLog::flush() {
  if (buffer_.size != 0) buffer_ = sink_.submit(std::move(buffer_));
}

}  // namespace headgate::observe
