// HTTP/2 frames as a test writes them: any type, any flags, nothing judged (RFC 9113 §4, §6; RFC 7541 §6.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/http_message.h"

namespace headgate::test_support {

namespace h2 {
enum Type : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9,
};
inline constexpr std::uint8_t end_stream = 1;
inline constexpr std::uint8_t ack = 1;
inline constexpr std::uint8_t end_headers = 4;
inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// Error codes, RFC 9113 §7.
inline constexpr std::uint32_t no_error = 0;
inline constexpr std::uint32_t protocol_error = 1;
inline constexpr std::uint32_t refused_stream = 7;
inline constexpr std::uint32_t cancel = 8;
inline constexpr std::uint32_t enhance_your_calm = 11;
// Settings, RFC 9113 §6.5.2.
inline constexpr std::uint16_t max_concurrent_streams = 3;
inline constexpr std::uint16_t initial_window_size = 4;
}  // namespace h2

struct H2Frame {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

// A whole frame, head and payload.
std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                     std::string_view payload = "");
// Big-endian, as all numbers in frames.
std::string h2_number(std::uint32_t value);
std::uint32_t h2_number(std::string_view bytes);

std::string h2_settings(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& settings);
// Literal fields without indexing and without Huffman code: a block without memory.
std::string h2_block(const FieldList& fields);
// :method, :scheme, :authority, :path, then `more`.
FieldList h2_request_fields(std::string_view method, std::string_view host, std::string_view path,
                            const FieldList& more = {});
// HEADERS with all fields and END_STREAM.
std::string h2_get(std::uint32_t stream, std::string_view host, std::string_view path,
                   const FieldList& more = {});

}  // namespace headgate::test_support
