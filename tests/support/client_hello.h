// Hand-made ClientHellos, right and wrong, and their division into records.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::test_support {

inline std::string big_endian(std::size_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}
// A TLS vector: its length, then its bytes.
inline std::string prefixed(std::string_view content, int length_bytes) {
  return big_endian(content.size(), length_bytes) + std::string(content);
}

inline std::string extension(std::uint16_t type, std::string_view content) {
  return big_endian(type, 2) + prefixed(content, 2);
}
inline std::string server_name_extension(std::string_view name) {
  return extension(0, prefixed(std::string(1, '\0') + prefixed(name, 2), 2));
}

struct HelloParts {
  std::string version = "\x03\x03";
  std::string session_id = std::string(32, 's');
  std::string ciphers = "\x13\x01\x13\x02\xc0\x2b";
  std::string compressions = std::string(1, '\0');
  std::string extensions = server_name_extension("one.example");
};

// The handshake message, without record headers.
inline std::string hello_message(const HelloParts& parts = {}) {
  const std::string body = parts.version + std::string(32, 'r') + prefixed(parts.session_id, 1) +
                           prefixed(parts.ciphers, 2) + prefixed(parts.compressions, 1) +
                           prefixed(parts.extensions, 2);
  return std::string(1, '\x01') + prefixed(body, 3);
}

inline std::string record(std::string_view fragment, char type = 22) {
  return std::string(1, type) + "\x03\x01" + prefixed(fragment, 2);
}
// `message` in records of `size` bytes each.
inline std::string in_records(std::string_view message, std::size_t size) {
  std::string records;
  while (!message.empty()) {
    const std::string_view fragment = message.substr(0, size);
    records += record(fragment);
    message.remove_prefix(fragment.size());
  }
  return records;
}

// What a post-quantum client sends: GREASE, and a key share of 1.2 KiB.
inline std::string large_hello_message(std::string_view name, std::size_t key_share = 1216) {
  HelloParts parts;
  parts.ciphers = "\x3a\x3a" + parts.ciphers;
  parts.extensions = extension(0x3a3a, "") + server_name_extension(name) +
                     extension(51, prefixed(std::string(key_share, 'k'), 2)) +
                     extension(0xaaaa, std::string(1, '\0'));
  return hello_message(parts);
}

}  // namespace headgate::test_support
