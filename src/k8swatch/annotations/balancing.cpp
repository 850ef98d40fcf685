#include "k8swatch/annotations/balancing.h"

#include <array>
#include <string>

#include "base/quoted.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

using policy::SessionAffinity;

constexpr std::int64_t kMostSeconds = std::int64_t{100} * 365 * 24 * 3600;
constexpr std::size_t kMostHashText = 1024;

Result<void> check_algorithm(std::string_view value) {
  if (parse_algorithm(value)) return {};
  return fail(quoted(value) + " is neither round_robin nor ewma");
}

Result<void> check_hash_by(std::string_view value) {
  if (const auto text = parse_hash_by(value); !text) return fail(text.error().message);
  return {};
}

Result<void> check_affinity(std::string_view value) {
  if (value == "cookie") return {};
  return fail(quoted(value) + " is not cookie");
}

Result<void> check_mode(std::string_view value) {
  if (value == "balanced" || value == "persistent") return {};
  return fail(quoted(value) + " is neither balanced nor persistent");
}

Result<void> check_canary_behavior(std::string_view value) {
  if (value == "sticky" || value == "legacy") return {};
  return fail(quoted(value) + " is neither sticky nor legacy");
}

// Of a cookie: nothing that ends an attribute, a field or a line.
Result<void> check_cookie_name(std::string_view value) {
  if (is_made_of(value, "-._~")) return {};
  return fail(quoted(value) + " holds a character that is not for names of cookies");
}

Result<void> check_cookie_domain(std::string_view value) {
  if (is_made_of(value, "-._")) return {};
  return fail(quoted(value) + " holds a character that is not for host names");
}

Result<void> check_cookie_path(std::string_view value) {
  if (value.starts_with('/') && is_made_of(value, "-._~/:,?&=%+@")) return {};
  return fail(quoted(value) + " is no path of a cookie");
}

Result<void> check_same_site(std::string_view value) {
  if (value == "None" || value == "Lax" || value == "Strict") return {};
  return fail(quoted(value) + " is none of None, Lax, Strict");
}

constexpr PathRows row{AnnotationGroup::balancing};

using enum AnnotationRisk;
constexpr std::string_view kSeconds = "seconds, a whole number";

constexpr std::array kRows = {
    row("load-balance", "`round_robin` or `ewma`", check_algorithm, low, "round_robin",
        "Endpoints take turns, exactly within a Worker; or of two drawn the one that answers sooner gets the "
        "request, judged by each Worker for itself (default: ConfigMap `load-balance`)"),
    row("upstream-hash-by", "text with variables of nginx", check_hash_by, OnInvalid::drop_ingress, high, "",
        "Requests with the same text go to the same endpoint, in every replica; about one in n moves when an "
        "endpoint comes or goes. Counts instead of `load-balance`. Failed tries are repeated at the same "
        "one"),
    row("upstream-hash-by-subset", kBooleanValues, check_boolean, OnInvalid::drop_ingress, low, "false",
        "The hash leads to a subset of the endpoints, of which any is asked"),
    row("upstream-hash-by-subset-size", "a whole number", check_integer<1, kMostSubset>,
        OnInvalid::drop_ingress, low, "3", "Endpoints of a subset"),
    row("affinity", "`cookie`", check_affinity, low, "",
        "A client stays with the endpoint that it met first, by a cookie. Counts before any other balancing, "
        "and for the paths of this Ingress alone (in ingress-nginx for all that share the Service)"),
    row("affinity-mode", "`balanced` or `persistent`", check_mode, medium, "balanced",
        "Whether about one session in n moves when an endpoint comes or goes, or only those whose endpoint "
        "has "
        "gone"),
    row("affinity-canary-behavior", "`sticky` or `legacy`", check_canary_behavior, low, "sticky",
        "Of a canary: whether clients that met it stay with it, by the cookie of the primary"),
    row("session-cookie-name", "letters, digits, `-._~`", check_cookie_name, medium, "INGRESSCOOKIE",
        "Name of the cookie"),
    row("session-cookie-path", "a path", check_cookie_path, medium, "",
        "Attribute `Path` of the cookie (default: the path of the rule)"),
    row("session-cookie-domain", "a host name", check_cookie_domain, medium, "",
        "Attribute `Domain` of the cookie"),
    row("session-cookie-secure", kBooleanValues, check_boolean, low, "false",
        "Attribute `Secure` also over plain HTTP; over HTTPS the cookie always has it"),
    row("session-cookie-expires", kSeconds, check_integer<-kMostSeconds, kMostSeconds>, medium, "",
        "Attribute `Expires` of the cookie: so long from now"),
    row("session-cookie-max-age", kSeconds, check_integer<-kMostSeconds, kMostSeconds>, medium, "",
        "Attribute `Max-Age` of the cookie"),
    row("session-cookie-samesite", "`None`, `Lax` or `Strict`", check_same_site, low, "",
        "Attribute `SameSite` of the cookie"),
    row("session-cookie-conditional-samesite-none", kBooleanValues, check_boolean, low, "false",
        "No `SameSite=None` for browsers known to misread it"),
    row("session-cookie-change-on-failure", kBooleanValues, check_boolean, low, "false",
        "After a failed try another endpoint is asked, and the session moves to it; else the same one again"),
};

std::optional<SessionAffinity> read_affinity(AnnotationReader& reader) {
  const bool on = reader.text("affinity").has_value();
  SessionAffinity affinity;
  const auto take = [&reader](std::string_view name, std::string& to) {
    if (const auto text = reader.text(name)) to = std::string(*text);
  };
  const auto take_seconds = [&reader](std::string_view name) -> std::optional<std::int64_t> {
    const auto text = reader.text(name);
    return text ? parse_integer(*text) : std::nullopt;
  };
  if (const auto mode = reader.text("affinity-mode"); mode && *mode == "persistent")
    affinity.mode = SessionAffinity::Mode::persistent;
  take("session-cookie-name", affinity.cookie);
  take("session-cookie-path", affinity.path);
  take("session-cookie-domain", affinity.domain);
  take("session-cookie-samesite", affinity.same_site);
  affinity.always_secure = reader.boolean("session-cookie-secure").value_or(false);
  affinity.expires = take_seconds("session-cookie-expires");
  affinity.max_age = take_seconds("session-cookie-max-age");
  affinity.conditional_same_site_none =
      reader.boolean("session-cookie-conditional-samesite-none").value_or(false);
  affinity.change_on_failure = reader.boolean("session-cookie-change-on-failure").value_or(false);
  return on ? std::optional(std::move(affinity)) : std::nullopt;
}

}  // namespace

std::span<const AnnotationRow> balancing_rows() { return kRows; }

std::optional<policy::BalancingAlgorithm> parse_algorithm(std::string_view text) {
  for (const auto each : {policy::BalancingAlgorithm::round_robin, policy::BalancingAlgorithm::ewma})
    if (text == policy::to_string(each)) return each;
  return std::nullopt;
}

Result<policy::Template> parse_hash_by(std::string_view text) {
  if (text.size() > kMostHashText) return fail("is longer than " + std::to_string(kMostHashText) + " bytes");
  return policy::Template::parse(text);
}

BalancingAnnotations read_balancing_annotations(AnnotationReader& reader) {
  BalancingAnnotations result;
  if (const auto text = reader.text("load-balance")) result.algorithm = parse_algorithm(*text);
  if (const auto text = reader.text("upstream-hash-by")) {
    auto parsed = parse_hash_by(*text);  // the row's check has let it through
    if (parsed) result.hash_by = *std::move(parsed);
  }
  result.subset = reader.boolean("upstream-hash-by-subset");
  if (const auto size = reader.text("upstream-hash-by-subset-size"))
    if (const auto number = parse_integer(*size)) result.subset_size = static_cast<std::uint32_t>(*number);
  result.affinity = read_affinity(reader);
  const auto behavior = reader.text("affinity-canary-behavior");
  result.apart_from_primary = behavior && *behavior == "legacy";
  return result;
}

policy::Balancing balancing_of(const BalancingAnnotations& annotations, const BalancingDefaults& defaults) {
  policy::Balancing balancing;
  balancing.algorithm = annotations.algorithm.value_or(defaults.algorithm);
  balancing.hash_by = annotations.hash_by.value_or(defaults.hash_by);
  if (!balancing.hash_by.empty() && annotations.subset.value_or(defaults.subset))
    balancing.subset = annotations.subset_size.value_or(defaults.subset_size);
  balancing.affinity = annotations.affinity;
  return balancing;
}

}  // namespace headgate::k8swatch
