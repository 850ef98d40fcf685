#include "k8swatch/compression_settings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/quoted.h"
#include "http/ascii.h"

namespace headgate::k8swatch {
namespace {

// ingress-nginx's.
constexpr std::string_view kTypes =
    "application/atom+xml application/javascript application/x-javascript application/json "
    "application/rss+xml application/vnd.ms-fontobject application/x-font-ttf "
    "application/x-web-app-manifest+json application/xhtml+xml application/xml font/opentype image/svg+xml "
    "image/x-icon text/css text/javascript text/plain text/x-component";
constexpr std::string_view kBrotliTypes =
    "application/xml+rss application/atom+xml application/javascript application/x-javascript "
    "application/json application/rss+xml application/vnd.ms-fontobject application/x-font-ttf "
    "application/x-web-app-manifest+json application/xhtml+xml application/xml font/opentype image/svg+xml "
    "image/x-icon text/css text/javascript text/plain text/x-component";
constexpr std::size_t kMostTypes = 256;
constexpr std::uint64_t kMostLength = std::uint64_t{1} << 30;

bool is_type(std::string_view word) {
  return word == "*" || (word.find('/') != std::string_view::npos &&
                         std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7f; }));
}

std::vector<std::string> split(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(word.size());
    std::string& lower = words.emplace_back(word);
    std::transform(lower.begin(), lower.end(), lower.begin(), http::to_lower);
  }
}

struct Keys {
  std::string_view enable;
  std::string_view level;
  std::string_view min_length;
  std::string_view types;
};

struct Defaults {
  int level;
  std::uint32_t least_level;
  std::uint32_t most_level;
  std::uint32_t min_length;
  std::string_view types;
};

policy::CodingRules read_rules(ConfigMapReader& reader, const Keys& keys, const Defaults& defaults) {
  policy::CodingRules rules;
  reader.boolean(keys.enable, rules.enabled);
  auto level = static_cast<std::uint32_t>(defaults.level);
  reader.count(keys.level, defaults.least_level, defaults.most_level, level);
  rules.level = static_cast<int>(level);
  std::uint32_t length = defaults.min_length;
  reader.count(keys.min_length, 0, kMostLength, length);
  rules.min_length = length;
  rules.types = split(defaults.types);
  const std::string* const types = reader.text(keys.types);
  if (types == nullptr) return rules;
  std::vector<std::string> given = split(*types);
  const auto wrong =
      std::find_if_not(given.begin(), given.end(), [](const std::string& t) { return is_type(t); });
  if (given.size() > kMostTypes)
    reader.refuse(keys.types, "has more than " + std::to_string(kMostTypes) + " types");
  else if (wrong != given.end())
    reader.refuse(keys.types, quoted(*wrong) + " is no media type");
  else
    rules.types = std::move(given);
  return rules;
}

}  // namespace

policy::Compression read_compression(ConfigMapReader& reader) {
  policy::CodingRules gzip =
      read_rules(reader, {"use-gzip", "gzip-level", "gzip-min-length", "gzip-types"}, {1, 1, 9, 256, kTypes});
  policy::CodingRules brotli =
      read_rules(reader, {"enable-brotli", "brotli-level", "brotli-min-length", "brotli-types"},
                 {4, 0, 11, 20, kBrotliTypes});
  policy::CodingRules zstd = read_rules(
      reader, {"enable-zstd", "zstd-level", "zstd-min-length", "zstd-types"}, {3, 1, 9, 256, kTypes});
  const std::string* const disable = reader.text("gzip-disable");
  auto made = policy::Compression::make(gzip, brotli, zstd, disable == nullptr ? std::string() : *disable);
  if (made) return *std::move(made);
  reader.refuse("gzip-disable", made.error().message);
  made = policy::Compression::make(std::move(gzip), std::move(brotli), std::move(zstd), {});
  return made ? *std::move(made) : policy::Compression();
}

}  // namespace headgate::k8swatch
