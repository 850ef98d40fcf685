#include "k8swatch/log_settings.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "k8swatch/header_settings.h"
#include "observe/log_format.h"

namespace headgate::k8swatch {
namespace {

using observe::LogEscape;
using observe::LogFormat;

// Null: the default one, which is written without one.
router::LogFormatRef read_format(ConfigMapReader& reader, std::string_view key, LogFormat::Kind kind,
                                 std::string_view standard, LogEscape escape) {
  const std::string* const written = reader.text(key);
  if (escape == LogEscape::standard && (written == nullptr || *written == standard)) return {};
  auto format = LogFormat::parse(written != nullptr ? *written : standard, escape, kind);
  if (!format) {
    reader.refuse(key, format.error().message);
    // What is escaped for JSON by intent stays so.
    if (escape == LogEscape::standard) return {};
    format = LogFormat::parse(standard, escape, kind);
  }
  return {std::make_shared<const LogFormat>(*std::move(format))};
}

}  // namespace

void read_log_settings(ConfigMapReader& reader, router::SiteSettings& site, router::StreamSettings& stream) {
  bool json = false;
  bool none = false;
  reader.boolean("log-format-escape-json", json);
  reader.boolean("log-format-escape-none", none);
  const LogEscape escape = none ? LogEscape::none : json ? LogEscape::json : LogEscape::standard;
  site.log_format = read_format(reader, "log-format-upstream", LogFormat::Kind::http,
                                observe::kDefaultHttpLogFormat, escape);
  stream.log_format = read_format(reader, "log-format-stream", LogFormat::Kind::stream,
                                  observe::kDefaultStreamLogFormat, escape);
  bool no_log = false;
  bool no_http_log = false;
  bool no_stream_log = false;
  reader.boolean("disable-access-log", no_log);
  reader.boolean("disable-http-access-log", no_http_log);
  reader.boolean("disable-stream-access-log", no_stream_log);
  reader.boolean("enable-access-log-for-default-backend", site.log_default_backend);
  reader.boolean("enable-auth-access-log", site.log_auth_requests);
  stream.access_log = !no_log && !no_stream_log;
  site.access_log = !no_log && !no_http_log;
  if (const std::string* urls = reader.text("skip-access-log-urls")) site.unlogged_urls = split_list(*urls);
}

}  // namespace headgate::k8swatch
