// Builds the query of a request target (RFC 3986 §3.4).
#pragma once

#include <string>
#include <string_view>

namespace headgate::k8swatch {

// Appends "name=value", after "&" where something stands already; the value percent-encoded down to the
// unreserved characters.
inline void append_query(std::string& query, std::string_view name, std::string_view value) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  if (!query.empty()) query += '&';
  query.append(name).append("=");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      query += c;
    } else {
      query += '%';
      query += kHex[byte >> 4];
      query += kHex[byte & 15];
    }
  }
}

}  // namespace headgate::k8swatch
