#include "k8swatch/config_map_reader.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/config_map_keys.h"
#include "k8swatch/name_key.h"
#include "k8swatch/unread_setting.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kShownKey = 128;

Result<bool> parse_boolean(std::string_view text) {
  const auto value = parse_go_bool(text);
  return value ? Result<bool>(*value) : fail(quoted(text) + " is neither true nor false");
}

}  // namespace

void ConfigMapReader::size(std::string_view key, std::uint64_t& value) {
  if (const std::string* written = text(key)) take(key, parse_size(*written), value);
}

void ConfigMapReader::time(std::string_view key, std::chrono::milliseconds& value) {
  const std::string* written = text(key);
  if (written == nullptr) return;
  const auto parsed = parse_time(*written);
  if (parsed && parsed->count() == 0)
    refuse(key, quoted(*written) + ": a time-out is longer than 0");
  else
    take(key, parsed, value);
}

void ConfigMapReader::time_or_zero(std::string_view key, std::chrono::milliseconds& value) {
  if (const std::string* written = text(key)) take(key, parse_time(*written), value);
}

void ConfigMapReader::count(std::string_view key, std::uint64_t least, std::uint64_t most,
                            std::uint32_t& value) {
  const std::string* written = text(key);
  if (written == nullptr) return;
  const auto parsed = parse_count(*written, most);
  if (!parsed || *parsed < least)
    refuse(key, quoted(*written) + " is not a whole number from " + std::to_string(least) + " to " +
                    std::to_string(most));
  else
    take(key, parsed, value);
}

void ConfigMapReader::boolean(std::string_view key, bool& value) {
  if (const std::string* written = text(key)) take(key, parse_boolean(*written), value);
}

const std::string* ConfigMapReader::text(std::string_view key) {
  read_.insert(key);
  const auto at = std::find_if(config_map_.data.begin(), config_map_.data.end(),
                               [key](const auto& each) { return each.first == key; });
  return at == config_map_.data.end() || at->second.empty() ? nullptr : &at->second;
}

void ConfigMapReader::refuse(std::string_view key, const std::string& reason) {
  tell(key, reason + "; the default is used");
}

void ConfigMapReader::has_no_effect(std::string_view key, const std::string& reason) {
  if (text(key) != nullptr) tell(key, "has no effect: " + reason);
}

void ConfigMapReader::tell_unread() {
  for (const auto& [key, value] : config_map_.data) {
    if (read_.contains(key)) continue;
    const std::string shown = key.substr(0, kShownKey);
    const ConfigMapKey* const known = find_config_map_key(key);
    if (known == nullptr) {
      const std::string_view meant = nearest_config_map_key(key);
      tell(shown, meant.empty() ? "is no key that is known here"
                                : "is no key that is known here; is '" + std::string(meant) + "' meant?");
      continue;
    }
    // What is switched off or empty is not missed.
    const bool is_off = value.empty() || parse_go_bool(value) == false;
    if (known->fate == KeyFate::honoured)
      findings_.push_back(
          unread_setting("ConfigMap " + name_key(config_map_.metadata), "data." + shown, key));
    else if (known->fate == KeyFate::no_effect || !is_off)
      tell(shown, (known->fate == KeyFate::refused ? "is refused: " : "has no effect: ") +
                      std::string(known->reason));
  }
}

template <typename Parsed, typename Value>
void ConfigMapReader::take(std::string_view key, const Result<Parsed>& parsed, Value& value) {
  if (parsed)
    value = static_cast<Value>(*parsed);
  else
    refuse(key, parsed.error().message);
}

void ConfigMapReader::tell(std::string_view key, std::string reason) {
  findings_.push_back({Severity::warning, "ConfigMap " + name_key(config_map_.metadata),
                       "data." + std::string(key), std::move(reason)});
}

}  // namespace headgate::k8swatch
