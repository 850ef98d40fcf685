#include "k8swatch/annotations/headers.h"

#include <algorithm>
#include <array>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/numbers.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint64_t kMostKilobytes = 64ULL * 1024 * 1024;

Result<void> check_config_map_name(std::string_view value) {
  if (!is_made_of(value, "-._/")) return fail(quoted(value) + " is no 'namespace/name' of a ConfigMap");
  return {};
}

Result<void> check_connection(std::string_view value) {
  if (!is_made_of(value, "-_, ")) return fail(quoted(value) + " is no list of words");
  return {};
}

Result<void> check_url_prefix(std::string_view value) {
  if (!is_made_of(value, "-._~/:,?&=%@+#")) return fail(quoted(value) + " is no beginning of a URL");
  return {};
}

Result<void> check_cookie_replacement(std::string_view value) {
  if (const auto parsed = parse_cookie_replacement(value); !parsed) return fail(parsed.error().message);
  return {};
}

constexpr auto kPath = AnnotationScope::path;
constexpr std::string_view kCookieValues = "`off`, or two words: what is replaced, and by what";
constexpr std::string_view kNoPattern =
    "A regular expression (`~`) is not taken: only the beginning itself is replaced";

constexpr std::array kRows = {
    AnnotationRow{"custom-headers", AnnotationGroup::answers, "`namespace/name` of a ConfigMap",
                  check_config_map_name, OnInvalid::deny_location, kPath, AnnotationRisk::medium, "",
                  "Fields of every answer, whoever gives it. Each name must be in the ConfigMap's "
                  "`global-allowed-response-headers`, else 503",
                  "",
                  "A ConfigMap of a namespace that is neither the Ingress's nor that of `--configmap` needs "
                  "`allow-cross-namespace-resources`: it is not the tenant's to read. A name without a "
                  "namespace is in the Ingress's own"},
    AnnotationRow{"connection-proxy-header", AnnotationGroup::answers,
                  "`keep-alive`, `close`, `upgrade`, separated by commas", check_connection,
                  OnInvalid::drop_ingress, kPath, AnnotationRisk::low, "",
                  "`Connection` of requests to the pods; without `upgrade` there are no WebSockets", "",
                  "A list with another word has no effect: each would name a field that is not for the pod"},
    AnnotationRow{"proxy-redirect-from", AnnotationGroup::answers, "`off`, `default`, or how a URL begins",
                  check_url_prefix, OnInvalid::use_default, kPath, AnnotationRisk::medium, "off",
                  "How a pod's `Location` or `Refresh` begins that is to begin with `proxy-redirect-to`", "",
                  "`default` has no effect: pods do not know the name it stands for in ingress-nginx either"},
    AnnotationRow{"proxy-redirect-to", AnnotationGroup::answers, "how a URL begins", check_url_prefix,
                  OnInvalid::use_default, kPath, AnnotationRisk::medium, "off",
                  "What a pod's redirect begins with in place of `proxy-redirect-from`"},
    AnnotationRow{"proxy-cookie-domain", AnnotationGroup::answers, kCookieValues, check_cookie_replacement,
                  OnInvalid::use_default, kPath, AnnotationRisk::medium, "off",
                  "Domain of the pods' cookies, and the one in its place", "", kNoPattern},
    AnnotationRow{"proxy-cookie-path", AnnotationGroup::answers, kCookieValues, check_cookie_replacement,
                  OnInvalid::use_default, kPath, AnnotationRisk::medium, "off",
                  "How the Path of the pods' cookies begins, and what stands in its place", "", kNoPattern},
    AnnotationRow{
        "limit-rate", AnnotationGroup::answers, "KiB a second", check_count<kMostKilobytes>,
        OnInvalid::use_default, kPath, AnnotationRisk::low, "0",
        "How fast an answer is sent to its client, as it gets it: compressed, head included; `0`: as fast as "
        "it can be",
        "", "It counts without `proxy-buffering`, too: nginx forgets it there"},
    AnnotationRow{"limit-rate-after", AnnotationGroup::answers, "KiB", check_count<kMostKilobytes>,
                  OnInvalid::use_default, kPath, AnnotationRisk::low, "0",
                  "How much of an answer is sent before `limit-rate` counts"},
    AnnotationRow{"enable-access-log", AnnotationGroup::answers, kBooleanValues, check_boolean,
                  OnInvalid::use_default, kPath, AnnotationRisk::low, "true",
                  "`false`: no lines in the access log; metrics count on"},
};

std::string read_connection(AnnotationReader& reader) {
  const std::string text(reader.text("connection-proxy-header").value_or(std::string_view()));
  bool fits = true;
  http::for_each_member(text, [&fits](std::string_view option) {
    fits = fits &&
           (http::equals_ignoring_case(option, "keep-alive") || http::equals_ignoring_case(option, "close") ||
            http::equals_ignoring_case(option, "upgrade"));
  });
  if (fits) return text;
  reader.note("connection-proxy-header", OnInvalid::use_default,
              quoted(text) + " holds another word than keep-alive, close and upgrade; it has no effect");
  return {};
}

std::optional<Replacement> read_redirect(AnnotationReader& reader) {
  const auto from = reader.text("proxy-redirect-from");
  const auto to = reader.text("proxy-redirect-to");
  if (!from && !to) return std::nullopt;
  Replacement result;
  if (from == "off" || from == "default" || (!from && to == "off")) return result;
  if (!from || !to || to == "off") {
    reader.note(
        from ? "proxy-redirect-from" : "proxy-redirect-to", OnInvalid::use_default,
        from ? "has no effect without proxy-redirect-to" : "has no effect without proxy-redirect-from");
    return std::nullopt;
  }
  result.from = *from;
  result.to = *to;
  return result;
}

std::optional<Replacement> read_cookie(AnnotationReader& reader, std::string_view name) {
  const auto text = reader.text(name);
  if (!text) return std::nullopt;
  auto parsed = parse_cookie_replacement(*text);
  return parsed ? std::optional(*std::move(parsed)) : std::nullopt;
}

}  // namespace

std::span<const AnnotationRow> headers_rows() { return kRows; }

Result<void> check_redirect_replacement(std::string_view from, std::string_view to) {
  if (const auto fits = check_url_prefix(from); !fits) return fail(fits.error().message);
  return check_url_prefix(to);
}

Result<Replacement> parse_cookie_replacement(std::string_view text) {
  if (text == "off") return Replacement();
  const std::size_t space = text.find(' ');
  const std::string_view from = text.substr(0, space);
  const std::string_view to = space == std::string_view::npos ? "" : trimmed(text.substr(space));
  if (from.empty() || to.empty() || !is_made_of(from, "-._/~%") || !is_made_of(to, "-._/~%"))
    return fail(quoted(text) + " is neither 'off' nor two words");
  if (from.front() == '~') return fail(quoted(text) + " is a regular expression, which is not taken here");
  return Replacement{std::string(from), std::string(to)};
}

HeaderAnnotations read_header_annotations(AnnotationReader& reader) {
  HeaderAnnotations result;
  result.custom_headers = reader.text("custom-headers").value_or(std::string_view());
  result.custom_headers_name = reader.written_name("custom-headers");
  result.connection = read_connection(reader);
  result.redirect = read_redirect(reader);
  result.cookie_domain = read_cookie(reader, "proxy-cookie-domain");
  result.cookie_path = read_cookie(reader, "proxy-cookie-path");
  result.limit_rate = reader.number("limit-rate");
  result.limit_rate_after = reader.number("limit-rate-after");
  result.access_log = reader.boolean("enable-access-log").value_or(true);
  return result;
}

}  // namespace headgate::k8swatch
