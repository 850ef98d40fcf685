#include "k8swatch/route_settings.h"

#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/annotations/proxying.h"

namespace headgate::k8swatch {
namespace {

constexpr std::uint64_t kMostTries = 1000;
constexpr std::uint64_t kMostBuffers = 1000;

void read_retries(ConfigMapReader& reader, router::RouteSettings& settings) {
  constexpr std::string_view kKey = "proxy-next-upstream";
  if (const std::string* text = reader.text(kKey)) {
    const auto conditions = policy::RetryConditions::parse(*text);
    if (conditions)
      settings.retry_on = *conditions;
    else
      reader.refuse(kKey, conditions.error().message);
  }
  reader.count("proxy-next-upstream-tries", 0, kMostTries, settings.tries);
  reader.time_or_zero("proxy-next-upstream-timeout", settings.tries_timeout);
  reader.boolean("retry-non-idempotent", settings.retry_non_idempotent);
}

void read_response_head(ConfigMapReader& reader, router::RouteSettings& settings) {
  constexpr std::string_view kKey = "proxy-buffer-size";
  std::uint64_t bytes = settings.max_response_head;
  reader.size(kKey, bytes);
  if (bytes == 0) {
    reader.refuse(kKey, "a buffer is larger than 0");
    return;
  }
  settings.max_response_head = response_head_for(bytes);
  settings.answer_buffer = answer_buffer_for(bytes);
  if (bytes > router::kMaxResponseHead)
    reader.tell(kKey, "is more than 32k, the largest response head that is taken; 32k counts");
}

void read_switch(ConfigMapReader& reader, std::string_view key, bool& value) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  if (*text == "on" || *text == "off")
    value = *text == "on";
  else
    reader.refuse(key, quoted(*text) + " is neither on nor off");
}

void read_answer_buffering(ConfigMapReader& reader, router::RouteSettings& settings) {
  read_switch(reader, "proxy-buffering", settings.buffers_answers);
  reader.count("proxy-buffers-number", 1, kMostBuffers, settings.answer_buffers);
  reader.size("proxy-max-temp-file-size", settings.answer_file);
  reader.has_no_effect("proxy-busy-buffers-size",
                       "what is there of an answer is sent whenever its client takes it");
}

void read_request_buffering(ConfigMapReader& reader, router::RouteSettings& settings) {
  read_switch(reader, "proxy-request-buffering", settings.buffers_requests);
  constexpr std::string_view kMemory = "client-body-buffer-size";
  std::uint64_t bytes = settings.body_buffer;
  reader.size(kMemory, bytes);
  if (bytes == 0)
    reader.refuse(kMemory, "a buffer is larger than 0");
  else
    settings.body_buffer = bytes;
}

void read_version(ConfigMapReader& reader, router::RouteSettings& settings) {
  constexpr std::string_view kKey = "proxy-http-version";
  const std::string* const text = reader.text(kKey);
  if (text == nullptr) return;
  if (*text == "1.0" || *text == "1.1")
    settings.http10 = *text == "1.0";
  else
    reader.refuse(kKey, quoted(*text) + " is neither 1.0 nor 1.1");
}

}  // namespace

router::RouteSettings read_route_settings(ConfigMapReader& reader) {
  router::RouteSettings settings;
  reader.size("proxy-body-size", settings.max_body_bytes);
  reader.time("proxy-connect-timeout", settings.connect_timeout);
  reader.time("proxy-read-timeout", settings.read_timeout);
  reader.time("proxy-send-timeout", settings.send_timeout);
  read_retries(reader, settings);
  read_response_head(reader, settings);
  read_answer_buffering(reader, settings);
  read_request_buffering(reader, settings);
  read_version(reader, settings);
  return settings;
}

}  // namespace headgate::k8swatch
