#include "k8swatch/route_settings.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint64_t kMostTries = 1000;

}  // namespace

router::RouteSettings read_route_settings(ConfigMapReader& reader) {
  router::RouteSettings settings;
  reader.size("proxy-body-size", settings.max_body_bytes);
  reader.time("proxy-connect-timeout", settings.connect_timeout);
  reader.time("proxy-read-timeout", settings.read_timeout);
  reader.time("proxy-send-timeout", settings.send_timeout);
  reader.count("proxy-next-upstream-tries", 0, kMostTries, settings.tries);
  return settings;
}

}  // namespace headgate::k8swatch
