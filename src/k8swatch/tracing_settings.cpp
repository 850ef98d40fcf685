#include "k8swatch/tracing_settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/quoted.h"
#include "base/socket_address.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::uint32_t kMostSpans = 1'000'000;
constexpr std::uint32_t kMostDelay = 3'600'000;  // milliseconds

// "$NAME" or "${NAME}".
bool is_variable(std::string_view text) {
  if (!text.starts_with('$')) return false;
  text.remove_prefix(1);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  return !text.empty() && is_made_of(text, "_");
}

bool is_host(std::string_view text) {
  if (text.size() > kLongestName) return false;
  return SocketAddress::parse(text, 0).has_value() || is_variable(text) ||
         (is_made_of(text, "-._") && text.front() != '.' && text.front() != '-');
}

void read_host(ConfigMapReader& reader, std::string& host) {
  constexpr std::string_view kKey = "otlp-collector-host";
  const std::string* const text = reader.text(kKey);
  if (text == nullptr) return;
  std::string_view written = trimmed(*text);
  if (written.starts_with('[') && written.ends_with(']')) written = written.substr(1, written.size() - 2);
  if (!written.empty() && is_host(written))
    host = written;
  else
    reader.refuse(kKey, quoted(*text) + " is neither a name of a host nor an address");
}

void read_service_name(ConfigMapReader& reader, std::string& name) {
  constexpr std::string_view kKey = "otel-service-name";
  const std::string* const text = reader.text(kKey);
  if (text == nullptr) return;
  const bool is_one_line = std::none_of(text->begin(), text->end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (is_one_line && text->size() <= kLongestName)
    name = *text;
  else
    reader.refuse(kKey, quoted(*text) + " is too long, or no line of text");
}

void read_sampler(ConfigMapReader& reader, policy::Sampler& sampler) {
  using Kind = policy::Sampler::Kind;
  constexpr std::string_view kKind = "otel-sampler";
  constexpr std::string_view kRatio = "otel-sampler-ratio";
  if (const std::string* const text = reader.text(kKind)) {
    const std::string_view name = trimmed(*text);
    if (name == "AlwaysOn")
      sampler.kind = Kind::always_on;
    else if (name == "AlwaysOff")
      sampler.kind = Kind::always_off;
    else if (name == "TraceIdRatioBased")
      sampler.kind = Kind::trace_id_ratio;
    else
      reader.refuse(kKind, quoted(*text) + " is none of AlwaysOn, AlwaysOff, TraceIdRatioBased");
  }
  if (const std::string* const text = reader.text(kRatio)) {
    const std::string_view written = trimmed(*text);
    double ratio = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), ratio);
    if (error == std::errc() && end == written.data() + written.size() && ratio >= 0 && ratio <= 1)
      sampler.ratio = ratio;
    else
      reader.refuse(kRatio, quoted(*text) + " is not a number from 0 to 1");
  }
  reader.boolean("otel-sampler-parent-based", sampler.parent_based);
}

void read_batches(ConfigMapReader& reader, CollectorSettings& collector) {
  constexpr std::string_view kBatch = "otel-max-export-batch-size";
  reader.count("otel-max-queuesize", 1, kMostSpans, collector.max_queue);
  auto delay = static_cast<std::uint32_t>(collector.delay.count());
  reader.count("otel-schedule-delay-millis", 1, kMostDelay, delay);
  collector.delay = std::chrono::milliseconds(delay);
  reader.count(kBatch, 1, kMostSpans, collector.max_batch);
  if (collector.max_batch <= collector.max_queue) return;
  collector.max_batch = collector.max_queue;
  if (reader.text(kBatch) != nullptr)
    reader.tell(kBatch, "is more than otel-max-queuesize, which counts for it");
}

}  // namespace

TracingSettings read_tracing_settings(ConfigMapReader& reader) {
  constexpr std::string_view kEnable = "enable-opentelemetry";
  constexpr std::string_view kName = "opentelemetry-operation-name";
  TracingSettings settings;
  reader.boolean(kEnable, settings.defaults.enabled);
  reader.boolean("opentelemetry-trust-incoming-span", settings.defaults.routes.trusts_parent);
  if (const std::string* const text = reader.text(kName)) {
    if (auto name = policy::Template::parse(*text))
      settings.defaults.routes.operation_name = *std::move(name);
    else
      reader.refuse(kName, name.error().message);
  }
  read_host(reader, settings.collector.host);
  std::uint32_t port = settings.collector.port;
  reader.count("otlp-collector-port", 1, UINT16_MAX, port);
  settings.collector.port = static_cast<std::uint16_t>(port);
  read_service_name(reader, settings.collector.service_name);
  read_sampler(reader, settings.rules.sampler);
  read_batches(reader, settings.collector);
  settings.rules.sends_spans = settings.defaults.has_collector = !settings.collector.host.empty();
  if (settings.defaults.enabled && !settings.defaults.has_collector)
    reader.tell(kEnable,
                "sends no spans while otlp-collector-host names no collector; pods are told of their traces");
  return settings;
}

}  // namespace headgate::k8swatch
