// An HTTP/1 message as a test sees it: owned strings, names as received, nothing judged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headgate::test_support {

using FieldList = std::vector<std::pair<std::string, std::string>>;

// Common to requests and responses. Field names are looked up without regard to case.
struct HttpMessage {
  std::string start_line;
  FieldList fields;
  FieldList trailers;
  std::string body;
  bool complete = false;  // the whole message was read, by its own framing
  std::string problem;    // why not: "closed in the body", "timed out in the head", …

  [[nodiscard]] std::optional<std::string> field(std::string_view name) const;  // the first
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return count(name) > 0; }
  // One of the comma-separated members of the named fields, compared without regard to case.
  [[nodiscard]] bool lists(std::string_view name, std::string_view member) const;
};

struct HttpRequest : HttpMessage {
  std::string method, target, version;
};

struct HttpResponse : HttpMessage {
  int status = 0;  // 0: closed without an answer
  std::string version;
  std::vector<int> interim;      // 1xx that came before, in order
  FieldList interim_fields;      // of all of them
  bool ends_with_close = false;  // the body was delimited by the end of the connection
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

// Splits a head (without the empty line) into its start line and fields.
void parse_head(std::string_view head, HttpMessage& message);

// "GET /path HTTP/1.1\r\nHost: host\r\n<fields>\r\n"; `fields` are whole lines with their CRLF.
std::string make_request(std::string_view method, std::string_view host, std::string_view path,
                         std::string_view fields = "", std::string_view body = "");

}  // namespace headgate::test_support
