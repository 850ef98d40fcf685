#include "k8swatch/unread_setting.h"

#include <algorithm>
#include <array>
#include <utility>

namespace headgate::k8swatch {
namespace {

constexpr std::array<std::string_view, 4> kProtectionPrefixes = {"auth-", "limit-", "global-auth-", "block-"};
constexpr std::array<std::string_view, 4> kProtections = {"whitelist-source-range", "allowlist-source-range",
                                                          "denylist-source-range", "satisfy"};

bool is_protection(std::string_view name) {
  if (name.ends_with("-status-code")) return false;  // only how a refusal looks
  return std::find(kProtections.begin(), kProtections.end(), name) != kProtections.end() ||
         std::any_of(kProtectionPrefixes.begin(), kProtectionPrefixes.end(),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

Finding unread_setting(std::string object, std::string field, std::string_view name) {
  if (is_protection(name)) {
    return {Severity::error, std::move(object), std::move(field),
            "is not supported yet and has no effect: the paths are served WITHOUT this protection"};
  }
  return {Severity::warning, std::move(object), std::move(field), "is not supported yet and has no effect"};
}

}  // namespace headgate::k8swatch
