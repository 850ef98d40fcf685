// The annotations about fields of requests and answers, the bandwidth of answers, and their log lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "k8swatch/annotations/reader.h"

namespace headgate::k8swatch {

// A prefix and what stands in its place: proxy-redirect-*, proxy-cookie-*.
struct Replacement {
  std::string from;  // empty: nothing is replaced ("off")
  std::string to;
  friend bool operator==(const Replacement&, const Replacement&) = default;
};

// Each absent where the ConfigMap's value counts.
struct HeaderAnnotations {
  std::string custom_headers;       // "[namespace/]name" of a ConfigMap, or empty
  std::string custom_headers_name;  // of the annotation, as written
  std::string connection;           // connection-proxy-header, or empty
  std::optional<Replacement> redirect;
  std::optional<Replacement> cookie_domain;
  std::optional<Replacement> cookie_path;
  std::optional<std::uint32_t> limit_rate;        // KiB a second
  std::optional<std::uint32_t> limit_rate_after;  // KiB
  bool access_log = true;
};

HeaderAnnotations read_header_annotations(AnnotationReader& reader);

// Of proxy-redirect-from and -to in the ConfigMap.
Result<void> check_redirect_replacement(std::string_view from, std::string_view to);
// "off", or "FROM TO". Fails with one sentence. Of the annotations and of the ConfigMap's keys alike.
Result<Replacement> parse_cookie_replacement(std::string_view text);

}  // namespace headgate::k8swatch
