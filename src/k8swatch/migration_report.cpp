#include "k8swatch/migration_report.h"

#include <algorithm>

#include "k8swatch/annotations/reader.h"
#include "k8swatch/annotations/registry.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kObject = "Ingress ";
constexpr std::string_view kAnnotation = "metadata.annotations[";
// AnnotationReader's words for a value that is no value: ingress-nginx, too, takes the default.
constexpr std::string_view kBadValue = "; the default is used";

// "metadata.annotations[nginx.ingress.kubernetes.io/x]" is "x"; empty: it is not about an annotation.
std::string_view annotation_of(std::string_view field, std::string_view prefix) {
  if (!field.starts_with(kAnnotation) || !field.ends_with(']')) return {};
  field = field.substr(kAnnotation.size(), field.size() - kAnnotation.size() - 1);
  return without_prefix(field, prefix).value_or(field);
}

void add_finding(const Finding& finding, std::string_view prefix, CheckedIngress& out) {
  const std::string_view annotation = annotation_of(finding.field, prefix);
  const MigrationNote note{std::string(annotation.empty() ? finding.field : annotation), finding.reason};
  if (annotation.empty() || finding.reason.ends_with(kBadValue))
    out.faults.push_back(note);
  else
    (finding.severity == Severity::error ? out.refused : out.differs).push_back(note);
}

// What is known to be otherwise with an annotation, where nothing was said about its value.
void add_deviations(const Ingress& ingress, std::string_view prefix, CheckedIngress& out) {
  const auto is_told = [&out](std::string_view name) {
    const auto tells = [name](const MigrationNote& note) { return note.field == name; };
    return std::any_of(out.refused.begin(), out.refused.end(), tells) ||
           std::any_of(out.differs.begin(), out.differs.end(), tells) ||
           std::any_of(out.faults.begin(), out.faults.end(), tells);
  };
  for (const auto& [name, value] : ingress.metadata.annotations) {
    const auto own = without_prefix(name, prefix);
    const AnnotationRow* const row = own && !value.empty() ? find_annotation(*own) : nullptr;
    if (row == nullptr || row->group == AnnotationGroup::refused || row->deviation.empty() || is_told(*own))
      continue;
    out.differs.push_back({std::string(*own), std::string(row->deviation)});
  }
}

}  // namespace

std::string_view to_string(MigrationVerdict verdict) {
  switch (verdict) {
    case MigrationVerdict::identical:
      return "identical";
    case MigrationVerdict::differs:
      return "differs";
    case MigrationVerdict::refused:
      return "refused";
  }
  return "?";
}

std::size_t MigrationReport::count(MigrationVerdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(ingresses.begin(), ingresses.end(),
                    [verdict](const CheckedIngress& each) { return each.verdict == verdict; }));
}

void IngressCollector::on_upsert(const Object& object, bool) {
  if (const auto* ingress = std::get_if<std::shared_ptr<const Ingress>>(&object))
    ingresses_[name_key((*ingress)->metadata)] = *ingress;
}

void IngressCollector::on_remove(const ObjectKey& key) {
  if (key.kind == Kind::ingress) ingresses_.erase(name_key(key.namespace_name, key.name));
}

MigrationReport report_migration(const Controller& controller, const IngressCollector& seen,
                                 std::string_view annotation_prefix) {
  MigrationReport report;
  std::map<std::string, std::vector<Finding>> about;  // by name_key
  for (Finding& finding : controller.findings()) {
    if (finding.object.starts_with(kObject) &&
        seen.ingresses().contains(finding.object.substr(kObject.size())))
      about[finding.object.substr(kObject.size())].push_back(std::move(finding));
    else
      report.elsewhere.push_back(std::move(finding));
  }
  for (const auto& [name, ingress] : seen.ingresses()) {
    const auto findings = about.find(name);
    if (!controller.serves(name) && findings == about.end()) {
      ++report.other_classes;
      continue;
    }
    CheckedIngress checked;
    checked.name = name;
    if (findings != about.end())
      for (const Finding& finding : findings->second) add_finding(finding, annotation_prefix, checked);
    add_deviations(*ingress, annotation_prefix, checked);
    if (!checked.refused.empty())
      checked.verdict = MigrationVerdict::refused;
    else if (!checked.differs.empty())
      checked.verdict = MigrationVerdict::differs;
    report.ingresses.push_back(std::move(checked));
  }
  return report;
}

}  // namespace headgate::k8swatch
