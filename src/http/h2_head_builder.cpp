#include "http/h2_head_builder.h"

#include <cstring>

#include "http/field_table.h"
#include "http/scan.h"

namespace headgate::http {
namespace {

// As for HTTP/1's chunked trailers.
constexpr std::size_t kMaxTrailerBytes = std::size_t{8} * 1024;
constexpr std::size_t kMaxTrailerFields = 32;

// A section this many times over its bounds is not looked at to its end.
constexpr std::size_t kBombFactor = 4;

// Kept between two requests.
constexpr std::size_t kMostKept = std::size_t{4} * 1024;

constexpr std::size_t kLineOverhead = 4;  // ": " and CRLF

constexpr std::string_view kVersion = " HTTP/2.0";
constexpr std::string_view kWebSocketKey = "sec-websocket-key";

}  // namespace

void H2HeadBuilder::begin(bool trailers) {
  bytes_.clear();
  lines_.clear();
  method_ = scheme_ = authority_ = path_ = protocol_ = {};
  refusal_ = {};
  decoded_ = fields_ = cookie_bytes_ = 0;
  cookies_ = 0;
  trailers_ = trailers;
  has_priority_ = false;
}

void H2HeadBuilder::clear() {
  if (bytes_.capacity() > kMostKept) bytes_.release();
  begin(false);
}

H2HeadBuilder::Verdict H2HeadBuilder::add(std::string_view name, std::string_view value) {
  decoded_ += name.size() + value.size() + kLineOverhead;
  ++fields_;
  const std::size_t most_bytes = trailers_ ? kMaxTrailerBytes : limits_.head_bytes;
  const std::size_t most_fields = trailers_ ? kMaxTrailerFields : kMaxFields;
  if (decoded_ > most_bytes * kBombFactor || fields_ > most_fields * kBombFactor) return Verdict::bomb;
  if (!name.empty() && name.front() == ':') return add_pseudo(name, value);
  if (decoded_ > most_bytes) exceed(431, RejectReason::header_too_large);
  if (name.size() + value.size() + 2 > limits_.line_bytes) exceed(431, RejectReason::header_too_large);
  if (fields_ > most_fields) exceed(431, RejectReason::too_many_headers);
  if (trailers_ || refusal_.reason != RejectReason::none) return Verdict::taken;

  scan::OddBytes odd;
  const char* const name_end = name.data() + name.size();
  const char* const value_end = value.data() + value.size();
  if (name.empty() || scan::token_end(name.data(), name_end, odd) != name_end ||
      scan::field_end(value.data(), value_end) != value_end)
    return Verdict::malformed;
  append_line(name, value, field_table::id_of(name, odd));
  return Verdict::taken;
}

H2HeadBuilder::Verdict H2HeadBuilder::add_pseudo(std::string_view name, std::string_view value) {
  if (trailers_) return Verdict::malformed;
  --fields_;
  const bool path = name == ":path";
  if (value.size() + (path ? kVersion.size() + method_.size + 1 : 0) > limits_.line_bytes)
    exceed(path ? 414 : 431, path ? RejectReason::uri_too_long : RejectReason::header_too_large);
  if (decoded_ > limits_.head_bytes) exceed(431, RejectReason::header_too_large);
  if (refusal_.reason != RejectReason::none) return Verdict::taken;
  if (path)
    path_ = keep(value);
  else if (name == ":method")
    method_ = keep(value);
  else if (name == ":scheme")
    scheme_ = keep(value);
  else if (name == ":authority")
    authority_ = keep(value);
  else if (name == ":protocol")
    protocol_ = keep(value);
  else
    return Verdict::malformed;
  return Verdict::taken;
}

H2HeadBuilder::Span H2HeadBuilder::keep(std::string_view text) {
  const Span span{static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(text.size())};
  bytes_.append(text);
  return span;
}

void H2HeadBuilder::append_line(std::string_view name, std::string_view value, FieldId id) {
  const bool cookie = name == "cookie";
  if (cookie) {
    ++cookies_;
    cookie_bytes_ += value.size() + 2;
  } else if (name == "priority") {
    has_priority_ = true;
  }
  lines_.push_back({static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size()), id, cookie});
  const std::size_t size = name.size() + value.size() + kLineOverhead;
  char* out = bytes_.prepare(size);
  std::memcpy(out, name.data(), name.size());
  out += name.size();
  *out++ = ':';
  *out++ = ' ';
  if (!value.empty()) std::memcpy(out, value.data(), value.size());
  out += value.size();
  *out++ = '\r';
  *out = '\n';
  bytes_.commit(size);
}

void H2HeadBuilder::exceed(std::uint16_t status, RejectReason reason) {
  if (refusal_.reason == RejectReason::none) refusal_ = {status, reason};
}

// RFC 9113 §8.2.3: crumbs become one field, since HTTP/1 knows only one.
void H2HeadBuilder::join_cookies() {
  if (cookies_ < 2) return;
  constexpr std::string_view kName = "cookie";
  if (kName.size() + cookie_bytes_ > limits_.line_bytes) {
    exceed(431, RejectReason::header_too_large);
    return;
  }
  const auto begin = static_cast<std::uint32_t>(bytes_.size());
  bytes_.prepare(cookie_bytes_ + kName.size() + kLineOverhead);  // or the crumbs would move while read
  bytes_.append(kName);
  std::string_view separator = ": ";
  for (const Line& line : lines_) {
    if (!line.cookie) continue;
    bytes_.append(separator);
    bytes_.append(value_of(line));
    separator = "; ";
  }
  const auto value_size = static_cast<std::uint32_t>(bytes_.size() - begin - kName.size() - 2);
  bytes_.append("\r\n");
  std::erase_if(lines_, [](const Line& line) { return line.cookie; });
  lines_.push_back({begin, kName.size(), value_size, FieldId::other, true});
}

void H2HeadBuilder::finish(std::string_view websocket_key, RequestHead& head, H2Pseudo& pseudo) {
  join_cookies();
  if (!websocket_key.empty()) {
    std::erase_if(lines_, [this](const Line& line) {
      return std::string_view(bytes_.data() + line.begin, line.name_size) == kWebSocketKey;
    });
    if (lines_.size() == kMaxFields) exceed(431, RejectReason::too_many_headers);
    append_line(kWebSocketKey, websocket_key, FieldId::other);
  }
  const std::size_t line_size = method_.size + path_.size + 1 + kVersion.size();
  const auto line_begin = static_cast<std::uint32_t>(bytes_.size());
  bytes_.prepare(line_size);
  bytes_.append(view(method_));
  bytes_.append(" ");
  bytes_.append(view(path_));
  bytes_.append(kVersion);

  // Nothing moves from here on.
  const std::string_view line = view({line_begin, static_cast<std::uint32_t>(line_size)});
  head.request_line = line;
  head.method_text = line.substr(0, method_.size);
  head.method = method_of(head.method_text);
  head.target = line.substr(method_.size + 1, path_.size);
  head.minor_version = 1;
  head.size = decoded_;
  head.fields.clear();
  for (const Line& kept : lines_) {
    if (head.fields.full()) break;
    Field& field = head.fields.add();
    field.name = {bytes_.data() + kept.begin, kept.name_size};
    field.value = value_of(kept);
    field.id = kept.id;
    field.canonical = true;
  }
  pseudo = {head.method_text, view(scheme_), view(authority_), head.target, view(protocol_)};
}

}  // namespace headgate::http
