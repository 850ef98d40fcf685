#include "k8swatch/error_pages_defaults.h"

#include "k8swatch/annotations/error_pages.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr int kLeastStatus = 300;

}  // namespace

ErrorPagesDefaults read_error_pages_defaults(ConfigMapReader& reader) {
  ErrorPagesDefaults defaults;
  if (const std::string* const list = reader.text("custom-http-errors")) {
    if (auto statuses = parse_statuses(trimmed(*list), kLeastStatus))
      defaults.statuses = *std::move(statuses);
    else
      reader.refuse("custom-http-errors", statuses.error().message);
  }
  reader.boolean("disable-proxy-intercept-errors", defaults.own_errors_only);
  return defaults;
}

}  // namespace headgate::k8swatch
