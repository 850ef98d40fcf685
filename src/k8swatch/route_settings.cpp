#include "k8swatch/route_settings.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "base/units.h"
#include "k8swatch/name_key.h"
#include "k8swatch/unread_setting.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint64_t kMostTries = 1000;
constexpr std::size_t kShownKey = 128;

class Reader {
 public:
  Reader(const ConfigMap& config_map, std::vector<Finding>& findings)
      : config_map_(config_map), findings_(findings) {}

  void size(std::string_view key, std::uint64_t& value) {
    const std::string* text = find(key);
    if (text == nullptr) return;
    take(key, parse_size(*text), value);
  }

  void time(std::string_view key, std::chrono::milliseconds& value) {
    const std::string* text = find(key);
    if (text == nullptr) return;
    const auto parsed = parse_time(*text);
    if (parsed && parsed->count() == 0)
      refuse(key, "'" + text->substr(0, 64) + "': a time-out is longer than 0");
    else
      take(key, parsed, value);
  }

  void tries(std::string_view key, std::uint32_t& value) {
    const std::string* text = find(key);
    if (text == nullptr) return;
    take(key, parse_count(*text, kMostTries), value);
  }

  // To be called last.
  void tell_unread() {
    for (const auto& [key, value] : config_map_.data) {
      if (!read_.contains(key))
        findings_.push_back(unread_setting("ConfigMap " + name_key(config_map_.metadata),
                                           "data." + key.substr(0, kShownKey), key));
    }
  }

 private:
  const std::string* find(std::string_view key) {
    read_.insert(key);
    const auto at = std::find_if(config_map_.data.begin(), config_map_.data.end(),
                                 [key](const auto& each) { return each.first == key; });
    return at == config_map_.data.end() || at->second.empty() ? nullptr : &at->second;
  }

  template <typename Parsed, typename Value>
  void take(std::string_view key, const Result<Parsed>& parsed, Value& value) {
    if (parsed)
      value = static_cast<Value>(*parsed);
    else
      refuse(key, parsed.error().message);
  }

  void refuse(std::string_view key, const std::string& reason) {
    findings_.push_back({Severity::warning, "ConfigMap " + name_key(config_map_.metadata),
                         "data." + std::string(key), reason + "; the default is used"});
  }

  const ConfigMap& config_map_;
  std::vector<Finding>& findings_;
  std::set<std::string_view> read_;  // keys asked for
};

}  // namespace

router::RouteSettings read_route_settings(const ConfigMap& config_map, std::vector<Finding>& findings) {
  router::RouteSettings settings;
  Reader reader(config_map, findings);
  reader.size("proxy-body-size", settings.max_body_bytes);
  reader.time("proxy-connect-timeout", settings.connect_timeout);
  reader.time("proxy-read-timeout", settings.read_timeout);
  reader.time("proxy-send-timeout", settings.send_timeout);
  reader.tries("proxy-next-upstream-tries", settings.tries);
  reader.tell_unread();
  return settings;
}

}  // namespace headgate::k8swatch
