// One request as a trace tells of it, and whose it is: what OTLP says about both. Views are valid only during
// the call that takes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/trace_id.h"

namespace headgate::observe {

// A span of kind SERVER. Names of attributes are those of nginx's OpenTelemetry module; a text that is empty
// has none.
struct Span {
  TraceId trace_id{};
  SpanId span_id{};
  SpanId parent{};  // zero: the trace begins here
  std::string_view trace_state{};
  std::string_view name{};
  std::int64_t start_nanoseconds = 0;  // since 1970
  std::int64_t end_nanoseconds = 0;

  std::string_view method{};          // http.method
  std::string_view flavor{};          // http.flavor: "1.1"
  std::string_view target{};          // http.target, as the client wrote it
  std::string_view scheme{};          // http.scheme
  std::string_view host{};            // http.host, likewise
  std::string_view user_agent{};      // http.user_agent
  std::string_view server_name{};     // http.server_name: the virtual host
  std::uint16_t status = 0;           // http.status_code; from 500 on the span is an error
  std::uint32_t host_port = 0;        // net.host.port; 0: none
  std::string_view peer_ip{};         // net.peer.ip
  std::uint16_t peer_port = 0;        // net.peer.port; 0: none
  std::string_view namespace_name{};  // ingress.namespace
  std::string_view ingress{};         // ingress.name
  std::string_view service{};         // ingress.service_name
  std::string_view upstream{};        // ingress.upstream
  std::string_view reason{};          // headgate.reason: why it was refused or failed
};

// Who sends spans: the resource and the instrumentation scope.
struct SpanSource {
  std::string service_name;    // service.name
  std::string namespace_name;  // k8s.namespace.name of the controller's pod; empty: not known
  std::string pod;             // k8s.pod.name
  std::string version;         // of Headgate
};

}  // namespace headgate::observe
