#include "app/field_name.h"

namespace headgate::app {
namespace {

char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string canonical_field_name(std::string_view name) {
  std::string out;
  bool start = true;
  for (const char c : name) {
    out += start ? to_upper(c) : to_lower(c);
    start = c == '-';
  }
  return out;
}

}  // namespace headgate::app
