// That the requests of a Route are part of traces (enable-opentelemetry,
// opentelemetry-trust-incoming-span, opentelemetry-operation-name of ingress-nginx), and what is the same for
// all Routes. Values shared by all threads.
#pragma once

#include <string>

#include "policy/sampler.h"
#include "policy/template.h"

namespace headgate::policy {

struct Tracing {
  bool trusts_parent = true;  // what the client says of its trace is believed, and goes on
  Template operation_name;    // of the span; empty: the Route's path

  void describe(std::string& out) const {
    out += " traced";
    if (!trusts_parent) out += "-anew";
    if (!operation_name.empty()) out += "=\"" + operation_name.text() + "\"";
  }
  friend bool operator==(const Tracing&, const Tracing&) = default;
};

// Of the ConfigMap.
struct TracingRules {
  Sampler sampler;
  bool sends_spans = false;  // there is a collector to send them to

  void describe(std::string& out) const {
    sampler.describe(out);
    if (!sends_spans) out += " no-spans";
  }
  friend bool operator==(const TracingRules&, const TracingRules&) = default;
};

}  // namespace headgate::policy
