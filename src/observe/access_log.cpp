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

void AccessLog::Lane::start() {
  if (sink->enabled() && buffer.capacity == 0) buffer = LogBuffer::with_capacity(AccessLogSink::kBufferBytes);
}

void AccessLog::Lane::flush() {
  if (buffer.size != 0) buffer = sink->submit(std::move(buffer));
}

char* AccessLog::Lane::make_room(std::size_t room) {
  if (buffer.capacity - buffer.size < room) {
    flush();
    // Only a client that sends tens of kilobytes of bytes to be escaped gets here.
    if (buffer.capacity < room) buffer = LogBuffer::with_capacity(room);
  }
  return buffer.data.get() + buffer.size;
}

void AccessLog::Lane::line_ends(const char* end) {
  buffer.size = static_cast<std::size_t>(end - buffer.data.get());
  ++buffer.lines;
}

AccessLog::AccessLog(AccessLogSinks sinks)
    : http_{std::move(sinks.http), {}}, stream_{std::move(sinks.stream), {}} {
  http_.start();
  stream_.start();
}

AccessLog::~AccessLog() { flush(); }

AccessLogSinks AccessLog::exchange_sinks(AccessLogSinks sinks) {
  flush();
  std::swap(http_.sink, sinks.http);
  std::swap(stream_.sink, sinks.stream);
  http_.start();
  stream_.start();
  return sinks;
}

void AccessLog::append(const AccessRecord& record) {
  if (http_.sink->enabled()) http_.line_ends(put_line(http_.make_room(room_for(record)), record));
}

void AccessLog::append(const StreamRecord& record) {
  if (!stream_.sink->enabled()) return;
  const std::size_t room = 32 + record.remote_addr.size() + record.time_local.size() + 4 * kMaxNumber;
  stream_.line_ends(put_line(stream_.make_room(room), record));
}

template <typename Record>
void AccessLog::append_in(Lane& lane, const Record& record, const LogFormat& format,
                          const LogDetails& details) {
  if (!lane.sink->enabled()) return;
  LogBuffer& buffer = lane.buffer;
  char* out = buffer.data.get() + buffer.size;
  char* end = format.write(out, buffer.capacity - buffer.size, record, details);
  if (end == nullptr) {
    lane.flush();
    end = format.write(buffer.data.get(), buffer.capacity, record, details);
  }
  if (end == nullptr) {
    buffer = LogBuffer::with_capacity(LogFormat::kMostLine);
    end = format.write(buffer.data.get(), buffer.capacity, record, details);
  }
  lane.line_ends(end);
}

void AccessLog::append(const AccessRecord& record, const LogFormat& format, const LogDetails& details) {
  append_in(http_, record, format, details);
}

void AccessLog::append(const StreamRecord& record, const LogFormat& format, const LogDetails& details) {
  append_in(stream_, record, format, details);
}

void AccessLog::flush() {
  http_.flush();
  stream_.flush();
}

}  // namespace headgate::observe
