#include "k8swatch/annotations/redirection.h"

#include <array>
#include <utility>

#include "base/quoted.h"
#include "base/units.h"
#include "http/ascii.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr int kLeastCode = 300;
constexpr int kMostPermanentCode = 308;
constexpr int kMostTemporalCode = 307;

constexpr std::string_view kUrlValues = "a URL with `http://` or `https://`, or a path";
constexpr std::string_view kCodeValues = "a number";

// ingress-nginx's URLIsValid.
Result<void> check_url(std::string_view value) {
  if (!is_made_of(value, "-._~/:,?&="))
    return fail(quoted(value) + " holds other characters than letters, digits and -._~/:,?&=");
  return {};
}

Result<void> check_code(std::string_view value) {
  if (value.starts_with('-') || value.starts_with('+')) value.remove_prefix(1);
  if (!parse_count(value, INT32_MAX)) return fail(quoted(value) + " is not a number");
  return {};
}

// ingress-nginx's RegexPathWithCapture; a URL would be ignored there too.
Result<void> check_app_root(std::string_view value) {
  if (const auto parsed = parse_app_root(value); !parsed) return fail(parsed.error().message);
  return {};
}

// ingress-nginx's IsValidRegex, and the commas and blanks between names.
Result<void> check_aliases(std::string_view value) {
  if (!is_made_of(value, "-._~/:^$[](){}*+?|&=\\, "))
    return fail(quoted(value) + " holds a character that is neither for host names nor for expressions");
  return {};
}

constexpr std::array kRows = {
    AnnotationRow{
        "permanent-redirect", AnnotationGroup::redirection, kUrlValues, check_url, OnInvalid::drop_ingress,
        AnnotationScope::path, AnnotationRisk::medium, "",
        "Answers every request with a redirect there, before redirects to HTTPS and before any check "
        "of who asks"},
    AnnotationRow{"permanent-redirect-code", AnnotationGroup::redirection, kCodeValues, check_code,
                  OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "301",
                  "Status of `permanent-redirect`, 300 to 308"},
    AnnotationRow{"temporal-redirect", AnnotationGroup::redirection, kUrlValues, check_url,
                  OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::medium, "",
                  "As `permanent-redirect`, which it comes before, with 302"},
    AnnotationRow{"temporal-redirect-code", AnnotationGroup::redirection, kCodeValues, check_code,
                  OnInvalid::drop_ingress, AnnotationScope::path, AnnotationRisk::low, "302",
                  "Status of `temporal-redirect`, 300 to 307"},
    AnnotationRow{
        "app-root", AnnotationGroup::redirection, "a path that begins with `/`", check_app_root,
        OnInvalid::use_default, AnnotationScope::host, AnnotationRisk::medium, "",
        "Redirects `/` of the host there with 302, before redirects to HTTPS and before any check of "
        "who asks; of several the one on the longest path counts (default: ConfigMap `app-root`)"},
    AnnotationRow{"from-to-www-redirect", AnnotationGroup::redirection, kBooleanValues, check_boolean,
                  OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::low, "false",
                  "Redirects `www.` before the host, or the host without it, to the host (ConfigMap "
                  "`http-redirect-code`), unless an Ingress has a rule for that name"},
    AnnotationRow{
        "server-alias", AnnotationGroup::redirection,
        "names, `*.name` and `~` with a regular expression, separated by commas", check_aliases,
        OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::high, "",
        "More names of the host; one that is the host of a rule stays with that", "",
        "A regular expression with look-around or back-references is ignored. Those of one namespace "
        "have bounds: 256, and 4000000 steps for a name. With `auth-tls-secret` the names they match are "
        "answered with 421: no certificate is asked for under them"},
};

// The text of a URL that can be used, or nothing and a note.
std::optional<std::string_view> read_url(AnnotationReader& reader, std::string_view name) {
  const auto url = reader.text(name);
  if (!url || url->starts_with('/') || url->starts_with("http://") || url->starts_with("https://"))
    return url;
  reader.note(name, OnInvalid::use_default,
              quoted(*url) + " is neither a URL with http:// or https:// nor a path; it is ignored");
  return std::nullopt;
}

int read_code(AnnotationReader& reader, std::string_view name, int most, int usual) {
  const auto text = reader.text(name);
  if (!text) return usual;
  std::string_view digits = *text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto code = parse_count(digits, INT32_MAX);  // nothing for a negative one
  if (code && *code >= kLeastCode && *code <= static_cast<std::uint64_t>(most))
    return static_cast<int>(*code);
  reader.note(name, OnInvalid::use_default,
              quoted(*text) + " is not from " + std::to_string(kLeastCode) + " to " + std::to_string(most) +
                  "; " + std::to_string(usual) + " is used");
  return usual;
}

}  // namespace

std::span<const AnnotationRow> redirection_rows() { return kRows; }

Result<policy::Template> parse_app_root(std::string_view value) {
  if (!value.starts_with('/')) return fail(quoted(value) + " does not begin with '/'");
  if (!is_made_of(value, "-._~/:$"))
    return fail(quoted(value) + " holds other characters than letters, digits and -._~/:$");
  return policy::Template::parse(value);
}

RedirectionAnnotations read_redirection_annotations(AnnotationReader& reader) {
  RedirectionAnnotations result;
  const auto temporal = read_url(reader, "temporal-redirect");
  const auto permanent = read_url(reader, "permanent-redirect");
  const int temporal_code = read_code(reader, "temporal-redirect-code", kMostTemporalCode, 302);
  const int permanent_code = read_code(reader, "permanent-redirect-code", kMostPermanentCode, 301);
  if (temporal && permanent)
    reader.note("permanent-redirect", OnInvalid::use_default, "has no effect beside temporal-redirect");
  if (temporal || permanent) {
    result.location = temporal ? *temporal : *permanent;
    result.status = temporal ? temporal_code : permanent_code;
  }
  if (const auto root = reader.text("app-root"))
    if (auto parsed = parse_app_root(*root)) result.app_root = *std::move(parsed);
  result.from_to_www = reader.boolean("from-to-www-redirect").value_or(false);
  if (const auto aliases = reader.text("server-alias"))
    http::for_each_member(*aliases, [&](std::string_view each) { result.aliases.emplace_back(each); });
  return result;
}

}  // namespace headgate::k8swatch
