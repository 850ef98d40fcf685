// Builds the query of a request target (RFC 3986 §3.4).
#pragma once

#include <string>
#include <string_view>

#include "base/percent_encoding.h"

namespace headgate::k8swatch {

// Appends "name=value", after "&" where something stands already; the value percent-encoded down to the
// unreserved characters.
inline void append_query(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query.append(name).append("=");
  append_percent_encoded(query, value, kUnreservedBytes);
}

}  // namespace headgate::k8swatch
