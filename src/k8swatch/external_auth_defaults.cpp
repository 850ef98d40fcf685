#include "k8swatch/external_auth_defaults.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/location_list.h"

namespace headgate::k8swatch {
namespace {

struct Key {
  std::string_view key;
  std::string_view annotation;  // of the same meaning
  std::string ExternalAuthTexts::*text;
};
constexpr std::array kKeys = {
    Key{"global-auth-url", "auth-url", &ExternalAuthTexts::url},
    Key{"global-auth-method", "auth-method", &ExternalAuthTexts::method},
    Key{"global-auth-signin", "auth-signin", &ExternalAuthTexts::signin},
    Key{"global-auth-signin-redirect-param", "auth-signin-redirect-param",
        &ExternalAuthTexts::signin_parameter},
    Key{"global-auth-response-headers", "auth-response-headers", &ExternalAuthTexts::response_fields},
    Key{"global-auth-request-redirect", "auth-request-redirect", &ExternalAuthTexts::redirect},
    Key{"global-auth-cache-key", "auth-cache-key", &ExternalAuthTexts::cache_key},
    Key{"global-auth-cache-duration", "auth-cache-duration", &ExternalAuthTexts::cache_duration},
};

bool has_line_end(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

}  // namespace

bool ExternalAuthDefaults::spares(std::string_view path) const {
  return std::any_of(open_paths.begin(), open_paths.end(),
                     [path](const std::string& each) { return path.starts_with(each); });
}

ExternalAuthDefaults read_external_auth_defaults(ConfigMapReader& reader) {
  ExternalAuthDefaults defaults;
  ExternalAuthTexts texts;
  bool broken = false;
  const auto tell = [&](std::string_view annotation, bool closes, std::string reason) {
    const auto key = std::find_if(kKeys.begin(), kKeys.end(),
                                  [annotation](const Key& each) { return each.annotation == annotation; });
    reader.tell(key->key, std::move(reason) + (closes ? "; every path that would be asked about answers 503"
                                                      : "; it counts as not given"));
  };
  for (const Key& each : kKeys) {
    const std::string* const text = reader.text(each.key);
    if (text == nullptr) continue;
    texts.*each.text = trimmed(*text);
    if (!has_line_end(texts.*each.text)) continue;
    tell(each.annotation, true, "has a line end in it");
    broken = true;
  }
  if (!is_made_of(texts.signin_parameter, "-_.~")) {  // as the annotation's
    tell("auth-signin-redirect-param", false, quoted(texts.signin_parameter) + " is no name of a parameter");
    texts.signin_parameter.clear();
  }
  reader.boolean("global-auth-always-set-cookie", texts.always_cookies);
  if (!texts.url.empty()) {
    defaults.global = compile_external_auth(texts, tell);
    defaults.global->broken = defaults.global->broken || broken;
  }
  read_locations(reader, "no-auth-locations", defaults.open_paths);
  return defaults;
}

}  // namespace headgate::k8swatch
