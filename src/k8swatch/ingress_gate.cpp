#include "k8swatch/ingress_gate.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kRiskKey = "annotations-risk-level";
constexpr std::string_view kWordsKey = "annotation-value-word-blocklist";
constexpr std::size_t kShownName = 128;

const std::string* find_value(const ConfigMap* config_map, std::string_view key) {
  if (config_map == nullptr) return nullptr;
  const auto at = std::find_if(config_map->data.begin(), config_map->data.end(),
                               [key](const auto& each) { return each.first == key; });
  return at == config_map->data.end() || at->second.empty() ? nullptr : &at->second;
}

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

}  // namespace

bool IngressGate::configure(const ConfigMap* config_map, std::vector<Finding>& findings) {
  AnnotationRisk highest = AnnotationRisk::high;
  if (const std::string* text = find_value(config_map, kRiskKey)) {
    if (const auto risk = parse_risk(*text))
      highest = *risk;
    else
      findings.push_back({Severity::warning, "ConfigMap " + name_key(config_map->metadata),
                          "data." + std::string(kRiskKey),
                          quoted(*text) + " is none of Low, Medium, High, Critical; the default is used"});
  }
  std::vector<std::string> words;
  if (const std::string* text = find_value(config_map, kWordsKey)) words = split_words(*text);
  const bool changed = highest != highest_ || words != forbidden_words_;
  highest_ = highest;
  forbidden_words_ = std::move(words);
  return changed;
}

std::vector<Finding> IngressGate::refuse(const Ingress& ingress) const {
  std::vector<Finding> findings;
  const auto add = [&](const std::string& annotation, std::string reason) {
    findings.push_back({Severity::error, "Ingress " + name_key(ingress.metadata),
                        "metadata.annotations[" + annotation.substr(0, kShownName) + "]", std::move(reason)});
  };
  for (const auto& [name, value] : ingress.metadata.annotations) {
    const auto own = without_prefix(name, prefix_);
    if (!own) continue;
    for (const std::string& word : forbidden_words_)
      if (value.find(word) != std::string::npos) add(name, "holds the forbidden word " + quoted(word));
    const AnnotationRow* const row = find_annotation(*own);
    if (row != nullptr && row->risk > highest_)
      add(name, "has the risk " + std::string(to_string(row->risk)) + ", above the annotations-risk-level " +
                    std::string(to_string(highest_)));
  }
  for (const AnnotationProblem& problem : read_annotations(ingress, prefix_).problems)
    if (problem.outcome == OnInvalid::drop_ingress) add(problem.annotation, problem.reason);
  return findings;
}

}  // namespace headgate::k8swatch
