#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxSubdomain = 253;
constexpr std::size_t kMaxPortName = 15;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alphanumeric(char c) { return is_lower(c) || (c >= '0' && c <= '9'); }

// A label without its length limit: inside a subdomain apimachinery bounds only the whole.
bool has_label_shape(std::string_view text) {
  if (text.empty() || text.front() == '-' || text.back() == '-') return false;
  for (const char c : text) {
    if (!is_alphanumeric(c) && c != '-') return false;
  }
  return true;
}

}  // namespace

bool is_dns1123_label(std::string_view text) { return text.size() <= kMaxLabel && has_label_shape(text); }

bool is_dns1123_subdomain(std::string_view text) {
  if (text.size() > kMaxSubdomain) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!has_label_shape(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_port_name(std::string_view text) {
  if (text.size() > kMaxPortName || !has_label_shape(text)) return false;
  bool has_letter = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    has_letter |= is_lower(text[i]);
    if (text[i] == '-' && i + 1 < text.size() && text[i + 1] == '-') return false;
  }
  return has_letter;
}

std::optional<ObjectNameView> split_name_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos)
    return std::nullopt;
  return ObjectNameView{text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace headgate::k8swatch
