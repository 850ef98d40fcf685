#include "k8swatch/ingress_gate.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/name_key.h"
#include "k8swatch/path_expression.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kRiskKey = "annotations-risk-level";
constexpr std::string_view kWordsKey = "annotation-value-word-blocklist";
constexpr std::size_t kMostFindings = 100;

std::optional<AnnotationRisk> parse_risk(std::string_view text) {
  using enum AnnotationRisk;
  for (const AnnotationRisk risk : {low, medium, high, critical})
    if (text == to_string(risk)) return risk;
  return std::nullopt;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

// A path that is to be a regular expression must say so by its type; elsewhere such characters are
// themselves.
void check_expressions(const Ingress& ingress, const RoutingAnnotations& routing,
                       std::vector<Finding>& findings) {
  if (!routing.use_regex && !routing.rewrite_target) return;
  for (std::size_t i = 0; i < ingress.rules.size(); ++i) {
    const std::vector<IngressPath>& paths = ingress.rules[i].paths;
    for (std::size_t k = 0; k < paths.size() && findings.size() < kMostFindings; ++k) {
      const IngressPath& path = paths[k];
      if (path.path_type != "Exact" && path.path_type != "Prefix") continue;
      if (path.path.empty() || is_strict_path(path.path) || !routing.is_expression(path.path)) continue;
      findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                          "spec.rules[" + std::to_string(i) + "].http.paths[" + std::to_string(k) + "].path",
                          not_strict(path.path, path.path_type)});
    }
  }
}

}  // namespace

GateSettings read_gate_settings(ConfigMapReader& reader) {
  GateSettings settings;
  if (const std::string* level = reader.text(kRiskKey)) {
    if (const auto risk = parse_risk(*level))
      settings.highest = *risk;
    else
      reader.refuse(kRiskKey, quoted(*level) + " is none of Low, Medium, High, Critical");
  }
  if (const std::string* words = reader.text(kWordsKey)) settings.forbidden_words = split_words(*words);
  reader.boolean("strict-validate-path-type", settings.strict_paths);
  return settings;
}

bool IngressGate::configure(GateSettings settings) { return std::exchange(settings_, settings) != settings; }

std::vector<Finding> IngressGate::refuse(const Ingress& ingress) const {
  std::vector<Finding> findings;
  const auto add = [&](const std::string& annotation, std::string reason) {
    findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                        annotation_field(annotation), std::move(reason)});
  };
  for (const auto& [name, value] : ingress.metadata.annotations) {
    const auto own = without_prefix(name, prefix_);
    if (!own) continue;
    for (const std::string& word : settings_.forbidden_words)
      if (value.find(word) != std::string::npos) add(name, "holds the forbidden word " + quoted(word));
    const AnnotationRow* const row = find_annotation(*own);
    // Text for nginx costs the Ingress whatever the level is, and says so itself.
    if (row != nullptr && row->risk > settings_.highest &&
        !(row->group == AnnotationGroup::refused && row->on_invalid == OnInvalid::drop_ingress))
      add(name, "has the risk " + std::string(to_string(row->risk)) + ", above the annotations-risk-level " +
                    std::string(to_string(settings_.highest)));
  }
  const IngressAnnotations annotations = read_annotations(ingress, prefix_);
  for (const AnnotationProblem& problem : annotations.problems)
    if (problem.outcome == OnInvalid::drop_ingress) add(problem.annotation, problem.reason);
  if (settings_.strict_paths) check_expressions(ingress, annotations.routing, findings);
  return findings;
}

}  // namespace headgate::k8swatch
