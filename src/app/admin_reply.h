// A request to the admin port and the answer to it, without HTTP: what the pages see of each other.
#pragma once

#include <string>
#include <string_view>

namespace headgate::app {

struct AdminRequest {
  std::string_view path;   // "/debug/explain"
  std::string_view query;  // without '?', not decoded; may be empty
};

struct AdminReply {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

}  // namespace headgate::app
