#include "proxy/head_writer.h"

#include <charconv>
#include <cstring>

#include "http/ascii.h"
#include "policy/request_view.h"

namespace headgate::proxy {
namespace {

char* put(char* out, std::string_view text) {
  if (text.empty()) return out;  // its data() may be null
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_number(char* out, std::uint64_t number) { return std::to_chars(out, out + 20, number).ptr; }

char* put_field(char* out, std::string_view name_and_colon, std::string_view value) {
  out = put(out, name_and_colon);
  out = put(out, value);
  return put(out, "\r\n");
}

char* put_status_line(char* out, const http::ResponseHead& head) {
  out = put(out, "HTTP/1.1 ");
  out = put_number(out, static_cast<std::uint64_t>(head.status));
  *out++ = ' ';
  out = put(out, head.reason);
  return put(out, "\r\n");
}

std::size_t size_of_fields(const http::FieldList& fields) {
  std::size_t size = 0;
  for (const http::Field& field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

}  // namespace

char* write_kept_fields(const http::FieldList& fields, char* out) {
  const char* run_begin = nullptr;
  const char* run_end = nullptr;
  for (const http::Field& field : fields) {
    if (field.drop) continue;
    const char* const begin = field.line_begin();
    if (field.canonical) {
      const char* const end = field.value.data() + field.value.size() + 2;
      if (begin == run_end) {
        run_end = end;
        continue;
      }
      out = put(out, {run_begin, static_cast<std::size_t>(run_end - run_begin)});
      run_begin = begin;
      run_end = end;
      continue;
    }
    out = put(out, {run_begin, static_cast<std::size_t>(run_end - run_begin)});
    run_begin = run_end = nullptr;
    out = put(out, field.name);
    out = put(out, ": ");
    out = put(out, field.value);
    out = put(out, "\r\n");
  }
  return put(out, {run_begin, static_cast<std::size_t>(run_end - run_begin)});
}

ForwardingFields forwarding_of(const policy::RequestView& request) {
  ForwardingFields forwarding;
  forwarding.host = request.host_as_sent;
  forwarding.upstream_host = request.host_as_sent;
  forwarding.remote_ip = request.remote_ip;
  forwarding.port = request.port;
  forwarding.scheme = request.scheme;
  forwarding.request_id = request.request_id;
  return forwarding;
}

bool says_length(http::Method method) {
  return method == http::Method::post || method == http::Method::put || method == http::Method::patch;
}

void write_request_head(const http::RequestHead& head, const http::Target& target,
                        const ForwardingFields& forwarding, http::BodyKind body, std::uint64_t content_length,
                        std::string_view upgrade, ByteBuffer& out) {
  const std::size_t room = head.method_text.size() + target.forward_path.size() + target.query.size() +
                           forwarding.host.size() + forwarding.upstream_host.size() +
                           2 * forwarding.remote_ip.size() + forwarding.forwarded_for.size() +
                           forwarding.request_id.size() + forwarding.original_for.size() +
                           forwarding.original_host.size() + forwarding.more_fields.size() +
                           forwarding.connection.size() + upgrade.size() + size_of_fields(head.fields) + 512;
  char* const begin = out.prepare(room);
  char* p = put(begin, head.method_text);
  *p++ = ' ';
  p = put(p, target.forward_path);
  p = put(p, target.query);
  p = put(p, forwarding.http10 ? std::string_view(" HTTP/1.0\r\n") : std::string_view(" HTTP/1.1\r\n"));
  p = put_field(p, "Host: ", forwarding.upstream_host);
  const auto standard = [&](http::FieldId id, std::string_view name_and_colon, std::string_view value) {
    if (!forwarding.written.contains(id)) p = put_field(p, name_and_colon, value);
  };
  using Id = http::FieldId;
  if (!forwarding.request_id.empty()) standard(Id::x_request_id, "X-Request-ID: ", forwarding.request_id);
  standard(Id::x_real_ip, "X-Real-IP: ", forwarding.remote_ip);
  standard(Id::x_forwarded_for, "X-Forwarded-For: ",
           forwarding.forwarded_for.empty() ? forwarding.remote_ip : forwarding.forwarded_for);
  if (!forwarding.host.empty()) standard(Id::x_forwarded_host, "X-Forwarded-Host: ", forwarding.host);
  standard(Id::x_forwarded_port, "X-Forwarded-Port: ", forwarding.port);
  standard(Id::x_forwarded_proto, "X-Forwarded-Proto: ", forwarding.scheme);
  standard(Id::x_forwarded_scheme, "X-Forwarded-Scheme: ", forwarding.scheme);
  standard(Id::x_scheme, "X-Scheme: ", forwarding.scheme);
  if (!forwarding.original_for.empty())
    p = put_field(p, "X-Original-Forwarded-For: ", forwarding.original_for);
  if (!forwarding.original_host.empty())
    p = put_field(p, "X-Original-Forwarded-Host: ", forwarding.original_host);
  p = put(p, forwarding.more_fields);
  p = write_kept_fields(head.fields, p);
  switch (body) {
    case http::BodyKind::length:
      p = put(p, "Content-Length: ");
      p = put_number(p, content_length);
      p = put(p, "\r\n");
      break;
    case http::BodyKind::chunked:
      p = put(p, "Transfer-Encoding: chunked\r\n");
      break;
    case http::BodyKind::none:
    case http::BodyKind::until_close:
      break;
  }
  if (forwarding.http10) {
    p = put(p, "Connection: close\r\n");
  } else if (!forwarding.connection.empty()) {
    p = put_field(p, "Connection: ", forwarding.connection);
    bool upgrades = false;
    http::for_each_member(forwarding.connection, [&upgrades](std::string_view option) {
      upgrades = upgrades || http::equals_ignoring_case(option, "upgrade");
    });
    if (upgrades && !upgrade.empty()) p = put_field(p, "Upgrade: ", upgrade);
  } else if (!upgrade.empty()) {
    p = put(p, "Connection: upgrade\r\n");
    p = put_field(p, "Upgrade: ", upgrade);
  }
  p = put(p, "\r\n");
  out.commit(static_cast<std::size_t>(p - begin));
}

char* write_response_head(const http::ResponseHead& head, const ResponseFraming& framing, char* out) {
  out = put_status_line(out, head);
  out = write_kept_fields(head.fields, out);
  out = put(out, head.added);
  if (!framing.date.empty()) out = put_field(out, "Date: ", framing.date);
  if (framing.body == http::BodyKind::chunked) {
    out = put(out, "Transfer-Encoding: chunked\r\n");
  } else if (framing.has_content_length) {
    out = put(out, "Content-Length: ");
    out = put_number(out, framing.content_length);
    out = put(out, "\r\n");
  }
  if (framing.close) {
    out = put(out, "Connection: close\r\n");
  } else if (framing.http10_keep_alive) {
    out = put(out, "Connection: keep-alive\r\n");
  }
  return put(out, "\r\n");
}

char* write_interim_head(const http::ResponseHead& head, std::string_view upgrade, char* out) {
  out = put_status_line(out, head);
  out = write_kept_fields(head.fields, out);
  out = put(out, head.added);
  if (!upgrade.empty()) {
    out = put(out, "Connection: upgrade\r\n");
    out = put_field(out, "Upgrade: ", upgrade);
  }
  return put(out, "\r\n");
}

char* write_chunk_size_before(char* end, std::size_t size) {
  *--end = '\n';
  *--end = '\r';
  do {
    *--end = "0123456789abcdef"[size & 15];
    size >>= 4;
  } while (size != 0);
  return end;
}

}  // namespace headgate::proxy
