#include "proxy/grpc_check.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace headgate::proxy {
namespace {

// Protocol Buffers, "Encoding": seven bits of each byte, the lowest first.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

bool skip(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) return false;
  bytes.remove_prefix(static_cast<std::size_t>(count));
  return true;
}

// `status` of a HealthCheckResponse, field 1; 0 where it is not there. Nothing: it is no such message.
std::optional<std::uint64_t> read_response(std::string_view message) {
  constexpr std::uint64_t kStatus = 1;
  std::uint64_t status = 0;
  while (!message.empty()) {
    const auto tag = take_varint(message);
    if (!tag || *tag >> 3 == 0) return std::nullopt;
    switch (*tag & 7) {
      case 0: {
        const auto value = take_varint(message);
        if (!value) return std::nullopt;
        if (*tag >> 3 == kStatus) status = *value;
        break;
      }
      case 1:
        if (!skip(message, 8)) return std::nullopt;
        break;
      case 2: {
        const auto size = take_varint(message);
        if (!size || !skip(message, *size)) return std::nullopt;
        break;
      }
      case 5:
        if (!skip(message, 4)) return std::nullopt;
        break;
      default:
        return std::nullopt;
    }
  }
  return status;
}

std::uint32_t length_of(std::string_view prefix) {
  std::uint32_t length = 0;
  for (const char c : prefix.substr(1, 4)) length = length << 8 | static_cast<unsigned char>(c);
  return length;
}

}  // namespace

std::string GrpcCheck::request(std::string_view service, std::string_view host,
                               std::chrono::milliseconds timeout) {
  std::string message;
  if (!service.empty()) {
    message = "\x0A";  // field 1, of bytes
    for (std::size_t left = service.size(); true; left >>= 7) {
      message += static_cast<char>(left < 0x80 ? left : (left & 0x7FU) | 0x80U);
      if (left < 0x80) break;
    }
    message += service;
  }
  std::string text = "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: " + std::string(host) +
                     "\r\nUser-Agent: headgate-health-check\r\nContent-Type: application/grpc\r\n"
                     "TE: trailers\r\ngrpc-timeout: " +
                     std::to_string(timeout.count()) + "m\r\n\r\n";
  return text + http::grpc_frame(message);
}

CheckAnswer GrpcCheck::answer() const {
  if (response_.http_status() != 200) return CheckAnswer::http(response_.http_status());
  const int code = response_.status().value_or(CheckAnswer::kGrpcUnknown);
  if (code != 0) return CheckAnswer::grpc_error(code);
  const std::string_view content = response_.content();
  if (response_.is_too_long() || content.size() < http::kGrpcPrefix || content[0] != '\0' ||
      length_of(content) != content.size() - http::kGrpcPrefix)
    return CheckAnswer::grpc_error(CheckAnswer::kGrpcUnknown);
  const auto status = read_response(content.substr(http::kGrpcPrefix));
  if (!status) return CheckAnswer::grpc_error(CheckAnswer::kGrpcUnknown);
  constexpr std::uint64_t kNoneSuch = 99;
  return CheckAnswer::serving(static_cast<int>(std::min(*status, kNoneSuch)));
}

}  // namespace headgate::proxy
