// Text with variables of nginx in it ("https://$host$request_uri"), read once and expanded for each request.
// Values are data: whatever a client sends cannot become syntax. Immutable; shared by all threads.
//
// Variables: $request_uri $uri $args $query_string $arg_NAME $cookie_NAME $http_NAME $host $http_host
// $best_http_host $server_name $server_port $scheme $pass_access_scheme $https $request_method
// $server_protocol $remote_addr $the_real_ip $binary_remote_addr $remote_port $request_id $req_id $namespace
// $ingress_name $service_name $service_port $location_path $proxy_upstream_name $escaped_request_uri
// $opentelemetry_trace_id $opentelemetry_span_id.
// Both "$name" and "${name}". One that has no value expands to nothing. A field or cookie that was sent more
// than once expands to all its values (nginx takes the first of cookies); one that is not passed on to
// anybody (nominated by Connection, with '_' in its name) to nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/request_view.h"

namespace headgate::policy {

class Template {
 public:
  Template() = default;  // expands to nothing
  // Fails with one sentence: a variable that does not exist, a "$" that begins none, a "${" that does not
  // end.
  static Result<Template> parse(std::string_view text);
  // The text as it is: a "$" is a "$".
  static Template literal(std::string_view text);

  [[nodiscard]] std::string expand(const RequestView& request) const;
  void append_to(std::string& out, const RequestView& request) const;
  // As path and query of a request of ours (auth-url, mirror-target): whatever a client has sent stays within
  // the place that the text gives it. In the path no value ends the path, and only $uri, $location_path and
  // the request's own target hold a '/' that divides; in the query no value but $args begins another
  // parameter. Nothing: a value would be, or make, a dot segment, which the service might resolve.
  [[nodiscard]] std::optional<std::string> expand_target(const RequestView& request) const;

  [[nodiscard]] bool empty() const { return parts_.empty(); }
  [[nodiscard]] bool has_variables() const;
  [[nodiscard]] const std::string& text() const { return text_; }
  friend bool operator==(const Template& a, const Template& b) {
    return a.text_ == b.text_ && a.parts_.size() == b.parts_.size();
  }

 private:
  enum class Variable : std::uint8_t {
    literal,
    request_uri,
    escaped_request_uri,
    uri,
    args,
    arg,
    cookie,
    field,
    host,
    http_host,
    best_http_host,
    server_name,
    server_port,
    scheme,
    https,
    request_method,
    server_protocol,
    remote_addr,
    request_id,
    namespace_name,
    ingress_name,
    service_name,
    service_port,
    location_path,
    upstream_name,
    trace_id,
    span_id,
    nothing,
  };
  struct Part {
    Variable variable = Variable::literal;
    std::string text;  // of a literal; the NAME of arg, cookie and field
  };
  static Variable find(std::string_view name, std::string& argument);
  static void append_part(std::string& out, const Part& part, const RequestView& request);

  std::string text_;
  std::vector<Part> parts_;
};

// The value of the cookie of that name (RFC 6265 §4.2.1), or empty. The first one counts.
std::string_view cookie_value(const http::FieldList& fields, std::string_view name);

}  // namespace headgate::policy
