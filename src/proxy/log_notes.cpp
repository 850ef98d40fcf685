#include "proxy/log_notes.h"

#include <algorithm>
#include <ctime>
#include <string>

#include "http/ascii.h"
#include "proxy/client_info.h"

namespace headgate::proxy {
namespace {

constexpr std::size_t kMostKept = std::size_t{4} * 1024;

// "x_request_id" is X-Request-ID.
bool names_field(std::string_view variable, std::string_view field) {
  return variable.size() == field.size() &&
         std::equal(variable.begin(), variable.end(), field.begin(),
                    [](char v, char f) { return v == (f == '-' ? '_' : http::to_lower(f)); });
}

// Visits each of whole lines "name: value\r\n".
template <typename Visit>
void for_each_line(std::string_view lines, Visit visit) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos)
      visit(line.substr(0, colon), http::trim(line.substr(colon + 1)));
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
}

// The value of the first cookie of that name.
bool find_cookie(const http::FieldList& fields, std::string_view name, std::string_view& value) {
  for (const http::Field& field : fields) {
    if (!http::equals_ignoring_case(field.name, "cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = http::trim(rest.substr(0, end));
      if (pair.size() > name.size() && pair[name.size()] == '=' &&
          http::equals_ignoring_case(pair.substr(0, name.size()), name)) {
        value = pair.substr(name.size() + 1);
        return true;
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

bool has_content(const http::LocalReply& reply) {
  return reply.status >= 200 && reply.status != 204 && reply.status != 304;
}

// Texts of a certificate or a handshake: an empty one is not there.
void set_known(observe::LogDetails& details, observe::LogVariable variable, std::string_view text) {
  if (!text.empty()) details.set(variable, text);
}

void tell_tls(const tls::SessionFacts& session, observe::LogDetails& details) {
  set_known(details, observe::LogVariable::ssl_protocol, session.protocol);
  set_known(details, observe::LogVariable::ssl_cipher, session.cipher);
  set_known(details, observe::LogVariable::ssl_server_name, session.server_name);
  details.set(observe::LogVariable::ssl_session_reused, session.resumed ? "r" : ".");
  const tls::ClientCertificate& client = session.client();
  set_known(details, observe::LogVariable::ssl_client_s_dn, client.subject_dn);
  set_known(details, observe::LogVariable::ssl_client_i_dn, client.issuer_dn);
  set_known(details, observe::LogVariable::ssl_client_serial, client.serial);
  set_known(details, observe::LogVariable::ssl_client_fingerprint, client.fingerprint);
}

}  // namespace

std::int64_t wall_milliseconds() {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  return std::int64_t{wall.tv_sec} * 1000 + wall.tv_nsec / 1'000'000;
}

void tell_client(const ClientInfo& client, observe::LogDetails& details) {
  details.connection = client.number;
  set_known(details, observe::LogVariable::proxy_protocol_addr, client.proxied_ip());
  if (client.tls != nullptr) tell_tls(*client.tls, details);
}

void LogNotes::begin(const observe::LogFormat& format) {
  format_ = &format;
  captured_.assign(format.captures().size(), {});
}

void LogNotes::clear() {
  format_ = nullptr;
  texts_.fill({});
  if (text_.capacity() > kMostKept)
    text_.release();
  else
    text_.clear();
}

template <typename Visit>
void LogNotes::for_each_capture(From from, Visit visit) {
  const std::vector<observe::LogCapture>& captures = format_->captures();
  for (std::size_t i = 0; i < captures.size(); ++i)
    if (captures[i].from == from) visit(std::string_view(captures[i].name), captured_[i]);
}

void LogNotes::add_text(Span& span, std::string_view text) {
  text = text.substr(0, kMostBytes - std::min(kMostBytes, text_.size()));
  text_.append(text);
  span.size += static_cast<std::uint32_t>(text.size());
}

void LogNotes::add(Span& span, std::string_view separator, std::string_view text) {
  if (span.found) {
    add_text(span, separator);
  } else {
    span.begin = static_cast<std::uint32_t>(text_.size());
    span.size = 0;
    span.found = true;
  }
  add_text(span, text);
}

void LogNotes::note(observe::LogVariable variable, std::string_view text) {
  if (!format_->names(variable)) return;
  Span& span = texts_[static_cast<std::size_t>(variable)];
  span = {};
  add(span, {}, text);
}

void LogNotes::note_request(const http::RequestHead& head, std::string_view host_as_sent,
                            bool with_underscores) {
  if (!host_as_sent.empty()) note(observe::LogVariable::http_host, host_as_sent);
  for_each_capture(From::request_field, [&](std::string_view name, Span& span) {
    for (const http::Field& field : head.fields)
      if (names_field(name, field.name) && (with_underscores || field.id != http::FieldId::with_underscore))
        add(span, name == "cookie" ? "; " : ", ", field.value);
  });
  for_each_capture(From::cookie, [&](std::string_view name, Span& span) {
    std::string_view value;
    if (find_cookie(head.fields, name, value)) add(span, {}, value);
  });
}

void LogNotes::note_upstream(const http::ResponseHead& head) {
  forget_upstream();
  for_each_capture(From::upstream_field, [&](std::string_view name, Span& span) {
    for (const http::Field& field : head.fields)
      if (names_field(name, field.name)) add(span, ", ", field.value);
  });
}

void LogNotes::forget_upstream() {
  for_each_capture(From::upstream_field, [](std::string_view, Span& span) { span = {}; });
}

void LogNotes::note_answer(const http::ResponseHead& head, bool has_length, bool has_date,
                           std::string_view date) {
  for_each_capture(From::answer_field, [&](std::string_view name, Span& span) {
    for (const http::Field& field : head.fields)
      if (names_field(name, field.name) &&
          (!field.drop || (has_length && field.id == http::FieldId::content_length && !span.found)))
        add(span, ", ", field.value);
    for_each_line(head.added, [&](std::string_view field, std::string_view value) {
      if (names_field(name, field)) add(span, ", ", value);
    });
    if (!has_date && name == "date") add(span, {}, date);
  });
}

void LogNotes::note_answer(const http::LocalReply& reply, std::string_view date) {
  for_each_capture(From::answer_field, [&](std::string_view name, Span& span) {
    for_each_line(reply.extra_fields, [&](std::string_view field, std::string_view value) {
      if (names_field(name, field)) add(span, ", ", value);
    });
    if (span.found) return;
    if (name == "date")
      add(span, {}, date);
    else if (name == "location" && !reply.location.empty())
      add(span, {}, reply.location);
    else if (name == "content_type" && has_content(reply))
      add(span, {}, reply.grpc ? "application/grpc" : "text/html");
    else if (name == "content_length" && has_content(reply))
      add(span, {}, std::to_string(http::content_of(reply).size()));
  });
}

std::string_view LogNotes::view(const Span& span) const {
  if (!span.found) return {};
  // Also where it is empty, it is there.
  return span.size == 0 ? std::string_view("") : text_.view().substr(span.begin, span.size);
}

void LogNotes::fill(observe::LogDetails& details) {
  for (std::size_t i = 0; i < texts_.size(); ++i)
    if (texts_[i].found) details.texts[i] = view(texts_[i]);
  views_.clear();
  for (const Span& span : captured_) views_.push_back(view(span));
  details.captured = views_;
}

}  // namespace headgate::proxy
