// The keys of the ConfigMap about the access log.
#pragma once

#include "k8swatch/config_map_reader.h"
#include "router/listener_settings.h"
#include "router/site_settings.h"

namespace headgate::k8swatch {

// Keys: log-format-upstream, log-format-stream, log-format-escape-json, log-format-escape-none,
// disable-access-log, disable-http-access-log, disable-stream-access-log, skip-access-log-urls,
// enable-access-log-for-default-backend, enable-auth-access-log. A format that cannot be used is told; the
// default one stays.
void read_log_settings(ConfigMapReader& reader, router::SiteSettings& site, router::StreamSettings& stream);

}  // namespace headgate::k8swatch
