#include "k8swatch/annotations/canary.h"

#include <array>
#include <limits>
#include <string>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::int64_t kMostWeight = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kUsualTotal = 100;

// ingress-nginx's BasicChars.
Result<void> check_basic(std::string_view value) {
  if (!is_made_of(value, "-._~/:"))
    return fail(quoted(value) + " holds other characters than letters, digits and -._~/:");
  return {};
}

Result<void> check_pattern(std::string_view value) {
  if (const auto pattern = policy::Pattern::compile(value, policy::PatternCase::sensitive); !pattern)
    return fail(pattern.error().message);
  return {};
}

constexpr PathRows row{AnnotationGroup::canary};

using enum AnnotationRisk;
constexpr std::string_view kBasic = "letters, digits, `-._~/:`";

constexpr std::array kRows = {
    row("canary", kBooleanValues, check_boolean, low, "false",
        "The Ingress gets some requests for the paths of another of its namespace (of any with "
        "`allow-cross-namespace-resources`) with the same host, path and type; all else but balancing is the "
        "other's. A path may have several canaries, asked in order of age, whose weights add up "
        "(ingress-nginx "
        "knows one). Counts for this path of this host alone"),
    row("canary-weight", "a whole number", check_integer<0, kMostWeight>, low, "0",
        "Share of the requests that nothing else decides about, of `canary-weight-total`"),
    row("canary-weight-total", "a whole number from 100", check_integer<kUsualTotal, kMostWeight>, low, "100",
        "What the weights are a share of"),
    row("canary-by-header", kBasic, check_basic, medium, "",
        "Name of a header: `always` goes to the canary, `never` does not, anything else does not decide"),
    row("canary-by-header-value", kBasic, check_basic, medium, "",
        "The header's value that goes to the canary, instead of `always` and `never`"),
    row("canary-by-header-pattern", "a regular expression", check_pattern, medium, "",
        "Found in the header's value goes to the canary, instead of `always` and `never`; without effect "
        "beside "
        "`canary-by-header-value`"),
    row("canary-by-cookie", kBasic, check_basic, medium, "",
        "Name of a cookie, looked at after the header: `always` goes to the canary, `never` does not"),
};

// As policy::CanaryRule wants it.
std::string variable_of(std::string_view header) {
  std::string name(header);
  for (char& c : name) c = c == '-' ? '_' : http::to_lower(c);
  return name;
}

}  // namespace

std::span<const AnnotationRow> canary_rows() { return kRows; }

std::optional<policy::CanaryRule> read_canary_annotations(AnnotationReader& reader) {
  const bool on = reader.boolean("canary").value_or(false);
  policy::CanaryRule rule;
  const auto number = [&reader](std::string_view name, std::int64_t usual) {
    const auto text = reader.text(name);
    return static_cast<std::uint32_t>(text ? parse_integer(*text).value_or(usual) : usual);
  };
  rule.weight = number("canary-weight", 0);
  rule.weight_total = number("canary-weight-total", kUsualTotal);
  const auto header = reader.text("canary-by-header");
  const auto value = reader.text("canary-by-header-value");
  const auto pattern = reader.text("canary-by-header-pattern");
  const auto cookie = reader.text("canary-by-cookie");
  if (header) rule.header = variable_of(*header);
  if (value) rule.header_value = std::string(*value);
  if (pattern) {
    auto compiled = policy::Pattern::compile(*pattern, policy::PatternCase::sensitive);
    if (compiled) rule.header_pattern.pattern = *std::move(compiled);
  }
  if (cookie) rule.cookie = std::string(*cookie);
  if (!on) {
    if (rule.weight > 0 || header || cookie)
      reader.note(rule.weight > 0 ? "canary-weight"
                  : header        ? "canary-by-header"
                                  : "canary-by-cookie",
                  OnInvalid::use_default, "has no effect without canary: \"true\"");
    return std::nullopt;
  }
  if (!header && (value || pattern))
    reader.note(value ? "canary-by-header-value" : "canary-by-header-pattern", OnInvalid::use_default,
                "has no effect without canary-by-header");
  return rule;
}

}  // namespace headgate::k8swatch
