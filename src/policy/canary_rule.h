// Which requests go to a canary instead of its primary (the canary-* annotations of ingress-nginx). Pure
// decisions; immutable, shared by all threads.
#pragma once

#include <cstdint>
#include <string>

#include "policy/pattern.h"
#include "policy/request_view.h"

namespace headgate::policy {

struct CanaryRule {
  std::uint32_t weight = 0;
  std::uint32_t weight_total = 100;
  std::string header;         // name, '_' for '-', lower case; empty: no header decides
  std::string header_value;   // exactly that, in place of always and never
  PatternRef header_pattern;  // likewise, where there is no value
  std::string cookie;         // name; empty: no cookie decides

  enum class Verdict : std::uint8_t { canary, primary, by_weight };
  // The header before the cookie.
  [[nodiscard]] Verdict judge(const RequestView& request) const;

  // Of 2^32 equally likely requests that nothing else decides about, how many are the canary's.
  [[nodiscard]] std::uint64_t share() const {
    return weight >= weight_total ? kWhole : (std::uint64_t{weight} * kWhole) / weight_total;
  }
  static constexpr std::uint64_t kWhole = std::uint64_t{1} << 32;

  void describe(std::string& out) const;  // "weight=10/100 header=x-canary"
  friend bool operator==(const CanaryRule&, const CanaryRule&) = default;
};

}  // namespace headgate::policy
