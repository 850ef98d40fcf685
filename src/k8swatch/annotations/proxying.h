// The annotations about time-outs, bodies, buffers and retries of the requests to pods.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "k8swatch/annotations/reader.h"
#include "policy/retry_conditions.h"
#include "router/model.h"

namespace headgate::k8swatch {

// Each absent where the ConfigMap's value counts.
struct ProxyingAnnotations {
  std::optional<std::chrono::milliseconds> connect_timeout;
  std::optional<std::chrono::milliseconds> read_timeout;
  std::optional<std::chrono::milliseconds> send_timeout;
  std::optional<std::uint64_t> max_body_bytes;
  std::optional<std::uint32_t> max_response_head;
  std::optional<policy::RetryConditions> retry_on;
  std::optional<std::uint32_t> tries;
  std::optional<std::chrono::milliseconds> tries_timeout;
  std::optional<bool> buffers_requests;
  std::optional<std::uint64_t> body_buffer;
  std::optional<bool> buffers_answers;
  std::optional<std::uint32_t> answer_buffers;
  std::optional<std::uint64_t> answer_buffer;
  std::optional<std::uint64_t> answer_file;
  std::optional<bool> http10;
};

ProxyingAnnotations read_proxying_annotations(AnnotationReader& reader);
// `settings`: of the ConfigMap.
void apply(const ProxyingAnnotations& annotations, router::RouteSettings& settings);

// How large a response head may be for `bytes` of proxy-buffer-size.
std::uint32_t response_head_for(std::uint64_t bytes);
// One of the buffers of an answer, for the same.
std::uint64_t answer_buffer_for(std::uint64_t bytes);

}  // namespace headgate::k8swatch
