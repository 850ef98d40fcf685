#include "tls/server_name.h"

#include <algorithm>

namespace headgate::tls {
namespace {

constexpr std::size_t kMaxLabel = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Letters, digits, hyphen, and the underscore that names in clusters have.
bool is_label_char(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; }

}  // namespace

std::string_view normalise_server_name(std::string_view name, ServerNameBuffer& buffer) {
  if (name.size() > buffer.size()) return {};
  if (name.ends_with('.')) name.remove_suffix(1);
  std::size_t label = 0;  // where the current one begins
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i == name.size() || name[i] == '.') {
      if (i == label || i - label > kMaxLabel) return {};
      if (i < name.size()) {
        buffer[i] = '.';
        label = i + 1;
      }
      continue;
    }
    const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + ('a' - 'A')) : name[i];
    if (!is_label_char(c)) return {};
    buffer[i] = c;
  }
  // A last label of digits is an IPv4 address or means to be taken for one; IPv6 ended at its first colon.
  const std::string_view last(buffer.data() + label, name.size() - label);
  if (std::all_of(last.begin(), last.end(), is_digit)) return {};
  return {buffer.data(), name.size()};
}

}  // namespace headgate::tls
