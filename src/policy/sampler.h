// Which requests are traced: the samplers of OpenTelemetry's SDK that ingress-nginx offers (otel-sampler,
// otel-sampler-ratio, otel-sampler-parent-based). A value shared by all threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/trace_id.h"
#include "http/trace_context.h"

namespace headgate::policy {

struct Sampler {
  enum class Kind : std::uint8_t { always_on, always_off, trace_id_ratio };

  Kind kind = Kind::always_on;
  double ratio = 0.01;       // 0 to 1; of trace_id_ratio
  bool parent_based = true;  // a parent that is believed decides instead

  // Whether a span of that trace is sent. `parent`: nothing where the trace begins here.
  [[nodiscard]] bool samples(const TraceId& trace, const std::optional<http::TraceContext>& parent) const;
  void describe(std::string& out) const;  // " sampler=ratio:0.5 parent-based"
  friend bool operator==(const Sampler&, const Sampler&) = default;
};

}  // namespace headgate::policy
