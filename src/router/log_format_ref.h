// A format of the access log in settings that are compared by value.
#pragma once

#include <memory>

#include "observe/log_format.h"

namespace headgate::router {

// Null: ingress-nginx's own. Equal where the formats are.
struct LogFormatRef {
  std::shared_ptr<const observe::LogFormat> format;
  friend bool operator==(const LogFormatRef& a, const LogFormatRef& b) {
    return a.format == b.format || (a.format != nullptr && b.format != nullptr && *a.format == *b.format);
  }
};

}  // namespace headgate::router
