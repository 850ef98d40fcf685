// Every annotation Headgate reads, as rows of one table: reading, the risk gate and docs/annotations.md all
// use it. Names, defaults, risks and what a bad value does are those of ingress-nginx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

enum class AnnotationGroup : std::uint8_t {
  redirect,
  client_certificate,
  passthrough,
  ciphers,
  backend,
  access,
  routing,
  redirection,
  authentication,
  external_authentication,
  limits,
  cors,
  headers,
  proxying,
  backend_tls,
  balancing,
  health,
  canary,
  mirroring,
  answers,
  tracing,
  refused,
};
std::string_view title_of(AnnotationGroup group);

// Whom a value acts on.
enum class AnnotationScope : std::uint8_t {
  path,     // the paths of its own Ingress
  host,     // the hosts of its Ingress: of those of the host's own namespace the oldest that sets it decides
  service,  // the Service ports its Ingress uses: of the Ingresses that use one the oldest decides
};
std::string_view to_string(AnnotationScope scope);

// How much harm a value can do, for annotations-risk-level.
enum class AnnotationRisk : std::uint8_t { low, medium, high, critical };
std::string_view to_string(AnnotationRisk risk);  // "Low", "Medium", "High", "Critical"

// What a value does that its row refuses.
enum class OnInvalid : std::uint8_t {
  drop_ingress,   // the Ingress is not taken; its last good version, where there is one, stays
  use_default,    // as if it were not there, but for the Finding
  deny_location,  // every path of the Ingress answers 503
};

// What the names of our own begin with, whatever --annotations-prefix says.
inline constexpr std::string_view kOwnPrefix = "headgate.dev/";

struct AnnotationRow {
  std::string_view name;  // without prefix; of those of our own with it
  AnnotationGroup group;
  std::string_view values;                        // what is accepted, in words
  Result<void> (*check)(std::string_view value);  // says what is wrong; never asked about an empty value
  OnInvalid on_invalid;
  AnnotationScope scope;
  AnnotationRisk risk;
  std::string_view default_text;  // empty: none
  std::string_view doc;           // one sentence, without a full stop at its end
  std::string_view alias = {};    // an older name, looked at where `name` is absent or empty
  // Where it does otherwise than in ingress-nginx: how, and why; in group `refused`, what to do instead.
  // Without a full stop at its end; empty: nowhere.
  std::string_view deviation = {};
  std::size_t most_bytes = 0;  // of a value; 0: any. Set by the registry, see names_in_answers()
};

// Of the rows whose values are written into fields of answers: they have a bound, so that no Ingress makes
// answers that no client takes.
std::span<const std::string_view> names_in_answers();
inline constexpr std::size_t kMostBytesInAnswers = 4096;

// In the order of docs/annotations.md.
std::span<const AnnotationRow> annotation_table();
// By name or alias; null: no such row.
const AnnotationRow* find_annotation(std::string_view name);

}  // namespace headgate::k8swatch
