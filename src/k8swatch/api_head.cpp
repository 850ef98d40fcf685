#include "k8swatch/api_head.h"

#include <algorithm>
#include <charconv>

namespace headgate::k8swatch {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  constexpr long kMost = 86400;
  text = trimmed(text);
  long seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end != text.data() + text.size() || text.empty() || text.front() == '-') return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::chrono::seconds(kMost);
  if (error != std::errc{}) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kMost));
}

std::vector<std::string> split_warnings(std::string_view joined) {
  std::vector<std::string> found;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= joined.size() && found.size() < kMostWarnings; ++i) {
    const bool end = i == joined.size();
    if (!end && quoted && joined[i] == '\\') {
      if (i + 1 < joined.size()) ++i;
    } else if (!end && joined[i] == '"') {
      quoted = !quoted;
    } else if (end || (joined[i] == ',' && !quoted)) {
      const std::string_view one = trimmed(joined.substr(begin, i - begin));
      if (!one.empty()) found.emplace_back(one.substr(0, kMostWarningBytes));
      begin = i + 1;
    }
  }
  return found;
}

}  // namespace headgate::k8swatch
