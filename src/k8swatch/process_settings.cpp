#include "k8swatch/process_settings.h"

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

#include "base/quoted.h"
#include "http/ascii.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/header_settings.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kMostAddresses = 64;

// Empty: it can be one. Whether it can be opened is seen when it is.
std::string fault_of_path(std::string_view path) {
  if (!path.starts_with('/'))
    return quoted(path) +
           " is no absolute path; enable-syslog and disable-access-log do what else nginx knows";
  if (path.size() >= PATH_MAX) return "is longer than a path can be";
  if (std::any_of(path.begin(), path.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return quoted(path) + " has control characters";
  return {};
}

void read_path(ConfigMapReader& reader, std::string_view key, ProcessSettings::Path& path) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  const std::string written(trimmed(*text));
  if (std::string fault = fault_of_path(written); !fault.empty())
    reader.refuse(key, fault);
  else
    path = {key, written};
}

void read_syslog(ConfigMapReader& reader, std::optional<SyslogSettings>& result) {
  constexpr std::string_view kHost = "syslog-host";
  bool enabled = false;
  std::uint32_t port = 514;
  reader.boolean("enable-syslog", enabled);
  reader.count("syslog-port", 1, 65535, port);
  const std::string* const text = reader.text(kHost);
  if (!enabled) return;
  if (text == nullptr) {
    reader.tell("enable-syslog", "has no effect without syslog-host");
    return;
  }
  std::string_view host = trimmed(*text);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::string name(host);
  std::transform(name.begin(), name.end(), name.begin(), http::to_lower);
  // A dot at its end makes a name complete.
  const std::string_view labels =
      name.ends_with('.') ? std::string_view(name).substr(0, name.size() - 1) : name;
  if (!SocketAddress::parse(name, 0) && !is_dns1123_subdomain(labels)) {
    reader.tell(kHost,
                quoted(host) + " is neither an address nor a name; lines go where access-log-path says");
    return;
  }
  result = SyslogSettings{std::move(name), static_cast<std::uint16_t>(port)};
}

// nginx's levels. Ours are fewer.
constexpr std::array<std::pair<std::string_view, log::Level>, 8> kLevels = {{
    {"debug", log::Level::debug},
    {"info", log::Level::info},
    {"notice", log::Level::info},
    {"warn", log::Level::warning},
    {"error", log::Level::error},
    {"crit", log::Level::error},
    {"alert", log::Level::error},
    {"emerg", log::Level::error},
}};

void read_level(ConfigMapReader& reader, std::optional<log::Level>& level) {
  constexpr std::string_view kKey = "error-log-level";
  const std::string* const text = reader.text(kKey);
  if (text == nullptr) return;
  const std::string_view written = trimmed(*text);
  for (const auto& [name, value] : kLevels)
    if (name == written) level = value;
  if (!level)
    reader.refuse(kKey, quoted(written) + " is none of debug, info, notice, warn, error, crit, alert, emerg");
}

// An address that is none is passed over, as in ingress-nginx.
void read_addresses(ConfigMapReader& reader, std::vector<SocketAddress>& addresses) {
  constexpr std::string_view kKey = "bind-address";
  const std::string* const text = reader.text(kKey);
  if (text == nullptr) return;
  std::string unknown;
  for (const std::string& entry : split_list(*text)) {
    const auto address = SocketAddress::parse(entry, 0);
    if (!address || addresses.size() == kMostAddresses)
      unknown += (unknown.empty() ? "" : ", ") + quoted(entry);
    else if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
      addresses.push_back(*address);
  }
  if (addresses.empty())
    reader.refuse(kKey, "names no IP address");
  else if (!unknown.empty())
    reader.tell(kKey, "passed over for being no IP address: " + unknown);
}

}  // namespace

Finding ProcessSettings::finding(std::string_view key, std::string reason) const {
  return {Severity::warning, "ConfigMap " + config_map, "data." + std::string(key), std::move(reason)};
}

ProcessSettings read_process_settings(ConfigMapReader& reader) {
  ProcessSettings settings;
  settings.config_map = name_key(reader.config_map().metadata);
  read_path(reader, "access-log-path", settings.http_log);
  settings.stream_log = settings.http_log;
  read_path(reader, "http-access-log-path", settings.http_log);
  read_path(reader, "stream-access-log-path", settings.stream_log);
  read_syslog(reader, settings.syslog);
  read_path(reader, "error-log-path", settings.error_log);
  read_level(reader, settings.log_level);
  read_addresses(reader, settings.bind_addresses);
  bool no_ipv6 = false;
  reader.boolean("disable-ipv6", no_ipv6);
  settings.ipv6 = !no_ipv6;
  std::chrono::milliseconds timeout{0};
  reader.time("worker-shutdown-timeout", timeout);
  if (timeout.count() != 0) settings.shutdown_timeout = std::chrono::ceil<std::chrono::seconds>(timeout);
  return settings;
}

}  // namespace headgate::k8swatch
