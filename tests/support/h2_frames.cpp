// Bytes of frames and of header blocks.
#include "support/h2_frames.h"

namespace headgate::test_support {
namespace {

// RFC 7541 §5.1 with a prefix of 7 bits.
void put_length(std::string& out, std::size_t size) {
  if (size < 127) {
    out += static_cast<char>(size);
    return;
  }
  out += static_cast<char>(127);
  for (size -= 127; size >= 128; size >>= 7) out += static_cast<char>((size & 127) | 128);
  out += static_cast<char>(size);
}

}  // namespace

std::string h2_number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

std::uint32_t h2_number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string frame = h2_number(static_cast<std::uint32_t>(payload.size())).substr(1);
  frame += static_cast<char>(type);
  frame += static_cast<char>(flags);
  return frame.append(h2_number(stream)).append(payload);
}

std::string h2_settings(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& settings) {
  std::string payload;
  for (const auto& [id, value] : settings) payload += h2_number(id).substr(2) + h2_number(value);
  return h2_frame(h2::settings, 0, 0, payload);
}

std::string h2_block(const FieldList& fields) {
  std::string block;
  for (const auto& [name, value] : fields) {
    block += '\0';
    put_length(block, name.size());
    block += name;
    put_length(block, value.size());
    block += value;
  }
  return block;
}

FieldList h2_request_fields(std::string_view method, std::string_view host, std::string_view path,
                            const FieldList& more) {
  FieldList fields{{":method", std::string(method)},
                   {":scheme", "https"},
                   {":authority", std::string(host)},
                   {":path", std::string(path)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

std::string h2_get(std::uint32_t stream, std::string_view host, std::string_view path,
                   const FieldList& more) {
  return h2_frame(h2::headers, h2::end_stream | h2::end_headers, stream,
                  h2_block(h2_request_fields("GET", host, path, more)));
}

}  // namespace headgate::test_support
