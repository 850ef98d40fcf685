// The fields of an API server's answer that its clients act on.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::k8swatch {

// Seconds, as the API server writes it; nothing for a date or rubbish. A day at most.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text);

// The values of several Warning fields that were joined with commas (RFC 7234 §5.5): a comma within quotes
// does not separate. At most kMostWarnings, each cut off at kMostWarningBytes.
inline constexpr std::size_t kMostWarnings = 16;
inline constexpr std::size_t kMostWarningBytes = 1024;
std::vector<std::string> split_warnings(std::string_view joined);

}  // namespace headgate::k8swatch
