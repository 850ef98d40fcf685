// Reads the ConfigMap named by --configmap key by key, for the several readers that share it, and knows which
// keys nobody asked for. Used for one pass over one ConfigMap.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "k8swatch/finding.h"
#include "k8swatch/objects.h"

namespace headgate::k8swatch {

class ConfigMapReader {
 public:
  // Both must outlive this.
  ConfigMapReader(const ConfigMap& config_map, std::vector<Finding>& findings)
      : config_map_(config_map), findings_(findings) {}

  // Each leaves `value` as it is, its default, where the key is absent, empty or bad; the last makes a
  // Finding. `key` must be a literal.
  void size(std::string_view key, std::uint64_t& value);              // "8m"
  void time(std::string_view key, std::chrono::milliseconds& value);  // "60", "90s"; more than 0
  void time_or_zero(std::string_view key, std::chrono::milliseconds& value);
  void count(std::string_view key, std::uint64_t least, std::uint64_t most, std::uint32_t& value);
  void boolean(std::string_view key, bool& value);  // what Go's ParseBool takes

  // Null: absent or empty. Without surrounding white space it is up to the caller to read it, and to
  // refuse() it.
  const std::string* text(std::string_view key);
  // One Finding: the value of `key` is not used, its default is. `reason` quotes the value (shortened).
  void refuse(std::string_view key, const std::string& reason);
  // One Finding: something about the value of `key` that does not make it useless.
  void tell(std::string_view key, std::string reason);
  // One Finding where `key` is set: it is understood and has no effect, because of `reason`.
  void has_no_effect(std::string_view key, const std::string& reason);

  [[nodiscard]] const ConfigMap& config_map() const { return config_map_; }
  [[nodiscard]] const std::set<std::string_view>& keys_asked_for() const { return read_; }
  // To be called last: one Finding for each key that none of the functions above was asked for.
  void tell_unread();

 private:
  template <typename Parsed, typename Value>
  void take(std::string_view key, const Result<Parsed>& parsed, Value& value);

  const ConfigMap& config_map_;
  std::vector<Finding>& findings_;
  std::set<std::string_view> read_;  // keys asked for
};

}  // namespace headgate::k8swatch
