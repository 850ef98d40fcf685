#include "policy/sampler.h"

#include <charconv>
#include <cstddef>

namespace headgate::policy {
namespace {

// As the SDKs for Go and Java do it: the last 63 bits of the id are a number, and those below the bound are
// sampled. Whoever has the same ratio decides alike about one trace.
bool is_below(const TraceId& trace, double ratio) {
  if (ratio >= 1) return true;
  std::uint64_t number = 0;
  for (std::size_t i = 8; i < trace.size(); ++i) number = (number << 8) | trace[i];
  constexpr double kAll = 9223372036854775808.0;  // 2^63
  return (number >> 1) < static_cast<std::uint64_t>(ratio * kAll);
}

}  // namespace

bool Sampler::samples(const TraceId& trace, const std::optional<http::TraceContext>& parent) const {
  if (parent_based && parent) return parent->sampled;
  switch (kind) {
    case Kind::always_on:
      return true;
    case Kind::always_off:
      return false;
    case Kind::trace_id_ratio:
      return is_below(trace, ratio);
  }
  return false;
}

void Sampler::describe(std::string& out) const {
  switch (kind) {
    case Kind::always_on:
      out += " sampler=always-on";
      break;
    case Kind::always_off:
      out += " sampler=always-off";
      break;
    case Kind::trace_id_ratio: {
      char text[32];
      const auto [end, error] = std::to_chars(text, text + sizeof text, ratio);
      out += " sampler=ratio:";
      if (error == std::errc()) out.append(text, end);
      break;
    }
  }
  if (parent_based) out += " parent-based";
}

}  // namespace headgate::policy
