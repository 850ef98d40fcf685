// What the ConfigMap says about the process as a whole: where its logs go, where it listens, how long its end
// may take. The application follows it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/socket_address.h"
#include "k8swatch/config_map_reader.h"
#include "k8swatch/finding.h"

namespace headgate::k8swatch {

struct SyslogSettings {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 514;
  friend bool operator==(const SyslogSettings&, const SyslogSettings&) = default;
};

struct ProcessSettings {
  // A path, and the key that says it. Without a path it is what the flag says.
  struct Path {
    std::string_view key;
    std::string text;
    friend bool operator==(const Path&, const Path&) = default;
  };

  std::string config_map;  // name_key; empty: there is none
  Path http_log;
  Path stream_log;
  std::optional<SyslogSettings> syslog;  // where lines of requests go instead
  Path error_log;
  std::optional<log::Level> log_level;                   // nothing: as the flag says
  std::vector<SocketAddress> bind_addresses;             // port 0; empty: all addresses
  bool ipv6 = true;                                      // among them
  std::optional<std::chrono::seconds> shutdown_timeout;  // nothing: as the flag says
  friend bool operator==(const ProcessSettings&, const ProcessSettings&) = default;

  // The value of `key` cannot be followed here.
  [[nodiscard]] Finding finding(std::string_view key, std::string reason) const;
};

// Keys: access-log-path, http-access-log-path, stream-access-log-path, enable-syslog, syslog-host,
// syslog-port, error-log-path, error-log-level, bind-address, disable-ipv6, worker-shutdown-timeout. A bad
// value is told and keeps its default.
ProcessSettings read_process_settings(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
