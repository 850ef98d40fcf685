#include "k8swatch/annotations/cors.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kDefaultMethods = "GET, PUT, POST, DELETE, PATCH, OPTIONS";
constexpr std::string_view kDefaultHeaders =
    "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,"
    "Authorization";
constexpr std::string_view kDefaultMaxAge = "1728000";

// Entry by entry: see read_origins. A default for a list that is wrong would let everybody in.
Result<void> check_origins(std::string_view) { return {}; }

Result<void> check_methods(std::string_view value) {
  if (!is_made_of(value, ", -")) return fail(quoted(value) + " is no list of methods");
  return {};
}

Result<void> check_exposed(std::string_view value) {
  if (!is_made_of(value, "-_, *")) return fail(quoted(value) + " is no list of field names");
  return {};
}

Result<void> check_max_age(std::string_view value) {
  constexpr std::size_t kMostDigits = 18;
  const std::string_view digits = value.starts_with('-') ? value.substr(1) : value;
  if (digits.empty() || digits.size() > kMostDigits ||
      !std::all_of(digits.begin(), digits.end(), http::is_digit))
    return fail(quoted(value) + " is no number of seconds");
  return {};
}

constexpr std::string_view kFieldNames = "field names, separated by commas";

constexpr std::array kRows = {
    AnnotationRow{"enable-cors", AnnotationGroup::cors, kBooleanValues, check_boolean, OnInvalid::use_default,
                  AnnotationScope::path, AnnotationRisk::low, "false",
                  "Adds the `Access-Control-*` fields to every answer, whatever its status, and answers "
                  "`OPTIONS` of an origin that is let in with 204, before any check of who asks"},
    AnnotationRow{
        "cors-allow-origin", AnnotationGroup::cors,
        "`*`, or origins (`https://*.example.com:8443`, `null`), separated by commas", check_origins,
        OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::medium, "*",
        "Origins that are let in. Of a list the `Origin` is echoed, and `Vary: Origin` added, where "
        "an entry matches the whole of it (in ingress-nginx its end is enough, and there is no "
        "`Vary`); `*` in an entry is one label. Entries that are no origins let nobody in"},
    AnnotationRow{"cors-allow-methods", AnnotationGroup::cors, "methods, separated by commas", check_methods,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::medium, kDefaultMethods,
                  "`Access-Control-Allow-Methods`"},
    AnnotationRow{"cors-allow-headers", AnnotationGroup::cors, kFieldNames, check_field_names,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::medium, kDefaultHeaders,
                  "`Access-Control-Allow-Headers`"},
    AnnotationRow{"cors-allow-credentials", AnnotationGroup::cors, kBooleanValues, check_boolean,
                  OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::low, "true",
                  "`Access-Control-Allow-Credentials: true`; the field is absent where this is false"},
    AnnotationRow{"cors-expose-headers", AnnotationGroup::cors, "field names, or `*`, separated by commas",
                  check_exposed, OnInvalid::use_default, AnnotationScope::path, AnnotationRisk::medium, "",
                  "`Access-Control-Expose-Headers`"},
    AnnotationRow{"cors-max-age", AnnotationGroup::cors, "seconds", check_max_age, OnInvalid::use_default,
                  AnnotationScope::path, AnnotationRisk::low, kDefaultMaxAge, "`Access-Control-Max-Age`"},
};

void read_origins(AnnotationReader& reader, policy::CorsRules& rules) {
  constexpr std::string_view kName = "cors-allow-origin";
  const auto text = reader.text(kName);
  if (!text) return;
  rules.any_origin = false;
  http::for_each_member(*text, [&](std::string_view entry) {
    if (entry == "*")
      rules.any_origin = true;
    else if (auto pattern = policy::OriginPattern::parse(entry))
      rules.origins.push_back(*std::move(pattern));
    else
      reader.note(kName, OnInvalid::use_default, pattern.error().message + "; the entry is left out");
  });
  if (rules.any_origin) rules.origins.clear();
}

std::string text_or(AnnotationReader& reader, std::string_view name, std::string_view otherwise) {
  return std::string(reader.text(name).value_or(otherwise));
}

}  // namespace

std::span<const AnnotationRow> cors_rows() { return kRows; }

std::optional<policy::CorsRules> read_cors_annotations(AnnotationReader& reader) {
  policy::CorsRules rules;
  const bool enabled = reader.boolean("enable-cors").value_or(false);
  // The others are read all the same: what is wrong with them is told.
  read_origins(reader, rules);
  rules.methods = text_or(reader, "cors-allow-methods", kDefaultMethods);
  rules.headers = text_or(reader, "cors-allow-headers", kDefaultHeaders);
  rules.credentials = reader.boolean("cors-allow-credentials").value_or(true);
  rules.expose = text_or(reader, "cors-expose-headers", {});
  rules.max_age = text_or(reader, "cors-max-age", kDefaultMaxAge);
  return enabled ? std::optional(std::move(rules)) : std::nullopt;
}

}  // namespace headgate::k8swatch
