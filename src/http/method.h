// Request methods of RFC 9110 §9, RFC 5789, and `other` for any other token (relayed as it is).
#pragma once

#include <cstdint>
#include <string_view>

namespace headgate::http {

enum class Method : std::uint8_t {
  get,
  head,
  post,
  put,
  delete_,
  connect,
  options,
  trace,
  patch,
  lock,
  other
};

Method method_of(std::string_view token);  // case-sensitive, as RFC 9110 §9.1 has it

// Safe to send twice (RFC 9110 §9.2.2). `other` and LOCK are not.
bool is_idempotent(Method method);

}  // namespace headgate::http
