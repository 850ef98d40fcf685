#include "http/grpc_call.h"

#include <algorithm>
#include <charconv>

#include "http/ascii.h"

namespace headgate::http {

std::string grpc_frame(std::string_view message) {
  std::string frame;
  frame.reserve(kGrpcPrefix + message.size());
  frame += '\0';  // not compressed
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>((message.size() >> shift) & 0xff);
  frame += message;
  return frame;
}

void GrpcResponse::on_head(const ResponseHead& head) {
  http_status_ = head.status;
  for (const Field& field : head.fields) add_field(field.name, field.value);
}

void GrpcResponse::on_content(std::string_view bytes) {
  too_long_ = too_long_ || content_.size() + bytes.size() > most_content_;
  if (!too_long_) content_ += bytes;
}

void GrpcResponse::on_trailers(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) add_field(line.substr(0, colon), trim(line.substr(colon + 1)));
    lines.remove_prefix(std::min(line.size() + 2, lines.size()));
  }
}

void GrpcResponse::add_field(std::string_view name, std::string_view value) {
  if (same_name(name, "grpc-status")) {
    has_status_ = true;
    int code = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), code);
    status_.reset();
    if (error == std::errc() && end == value.data() + value.size()) status_ = code;
  } else if (same_name(name, "grpc-message")) {
    message_ = value;
  }
}

}  // namespace headgate::http
