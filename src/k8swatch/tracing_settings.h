// What the ConfigMap says about traces: which requests are part of them, and where their spans go.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "k8swatch/config_map_reader.h"
#include "policy/tracing.h"

namespace headgate::k8swatch {

// Whom spans are sent to, and how; ingress-nginx's defaults.
struct CollectorSettings {
  // A name or an address; "$NAME" or "${NAME}": what that variable of the environment says. Empty: there is
  // none.
  std::string host;
  std::uint16_t port = 4317;
  std::string service_name = "nginx";
  std::uint32_t max_queue = 2048;         // spans that wait, of all Workers together
  std::chrono::milliseconds delay{5000};  // that spans wait for company
  std::uint32_t max_batch = 512;          // spans in one message; not more than max_queue
  friend bool operator==(const CollectorSettings&, const CollectorSettings&) = default;
};

// Of Ingresses that say nothing themselves.
struct TracingDefaults {
  bool enabled = false;
  bool has_collector = false;
  policy::Tracing routes;
  friend bool operator==(const TracingDefaults&, const TracingDefaults&) = default;
};

struct TracingSettings {
  TracingDefaults defaults;
  policy::TracingRules rules;
  CollectorSettings collector;
};

// Keys: enable-opentelemetry, opentelemetry-trust-incoming-span, opentelemetry-operation-name,
// otlp-collector-host, otlp-collector-port, otel-service-name, otel-sampler, otel-sampler-ratio,
// otel-sampler-parent-based, otel-max-queuesize, otel-schedule-delay-millis, otel-max-export-batch-size.
TracingSettings read_tracing_settings(ConfigMapReader& reader);

}  // namespace headgate::k8swatch
