#include "app/annotation_help.h"

#include <string>
#include <string_view>

#include "k8swatch/annotations/registry.h"

namespace headgate::app {
namespace {

std::string_view outcome_of(k8swatch::OnInvalid outcome) {
  switch (outcome) {
    case k8swatch::OnInvalid::drop_ingress:
      return "Ingress not taken";
    case k8swatch::OnInvalid::use_default:
      return "default";
    case k8swatch::OnInvalid::deny_location:
      return "503";
  }
  return "?";
}

void append_row(std::string& out, const k8swatch::AnnotationRow& row) {
  out.append("| `").append(row.name).append("`");
  if (!row.alias.empty()) out.append(" (or `").append(row.alias).append("`)");
  out.append(" | ").append(row.values).append(" | ");
  if (!row.default_text.empty()) out.append("`").append(row.default_text).append("`");
  out.append(" | ").append(to_string(row.scope)).append(" | ").append(to_string(row.risk)).append(" | ");
  out.append(outcome_of(row.on_invalid)).append(" | ").append(row.doc).append(" | ");
  out.append(row.deviation).append(" |\n");
}

void append_refused_row(std::string& out, const k8swatch::AnnotationRow& row) {
  out.append("| `").append(row.name).append("` | ").append(to_string(row.risk)).append(" | ");
  out.append(row.on_invalid == k8swatch::OnInvalid::drop_ingress ? "Ingress not taken" : "no effect");
  out.append(" | ").append(row.doc).append(" | ").append(row.deviation).append(" |\n");
}

}  // namespace

std::string annotations_markdown() {
  std::string out =
      "# Annotations\n"
      "\n"
      "Printed by `headgate help --annotations` from the registry; a test fails when this file differs.\n"
      "\n"
      "Every name is written behind `nginx.ingress.kubernetes.io/`, or what `--annotations-prefix` says; "
      "names, "
      "values\n"
      "and defaults are those of ingress-nginx. Those that begin with `headgate.dev/` are ours, and written "
      "as "
      "they stand.\n"
      "Annotations that are not listed have no effect, and each of "
      "them "
      "is a\n"
      "Finding.\n"
      "\n"
      "- Booleans are `1 t T true True TRUE` and `0 f F false False FALSE`. An empty value is an absent one. "
      "A "
      "value with\n"
      "  a line break is refused.\n"
      "- *Bad value*: what a value that is refused costs. The default is used and a Finding says so; or the "
      "Ingress is not\n"
      "  taken: a new one is not served, of an edited one the version before goes on being served.\n"
      "- *Acts on*: the paths of its own Ingress, or its hosts. A host belongs to the namespace of "
      "the oldest Ingress\n"
      "  with a rule for it. Only Ingresses of that namespace set keys of the host and bring its "
      "certificates; of several\n"
      "  the oldest one that sets a key decides. The others have a Finding. (ingress-nginx lets every "
      "namespace set what\n"
      "  the older Ingresses of the host leave unset: `docs/decisions/0008-hosts-have-owners.md`.)\n"
      "- What acts on a *Service* acts on all requests for that port of it, whichever Ingress they came by: "
      "of "
      "the\n"
      "  Ingresses that use the port the oldest that sets any key of the section decides. The others have a "
      "Finding.\n"
      "- *Risk*: an Ingress with an annotation above the ConfigMap's `annotations-risk-level` (`High`) is "
      "not "
      "taken.\n"
      "  Nor is one with a value that holds a word of `annotation-value-word-blocklist`.\n"
      "- *Other than in ingress-nginx*: what a value does otherwise here, and why; empty: nothing.\n"
      "- A Secret of another namespace is refused unless the ConfigMap says "
      "`allow-cross-namespace-resources: "
      "\"true\"`.\n"
      "- Values that are written into fields of answers have at most " +
      std::to_string(k8swatch::kMostBytesInAnswers) + " bytes:\n ";
  std::string_view separator = " ";
  for (const std::string_view name : k8swatch::names_in_answers()) {
    out.append(separator).append("`").append(name).append("`");
    separator = ", ";
  }
  out += ".\n";
  k8swatch::AnnotationGroup group{};
  bool first = true;
  for (const k8swatch::AnnotationRow& row : k8swatch::annotation_table()) {
    const bool is_refused = row.group == k8swatch::AnnotationGroup::refused;
    if (first || row.group != group) {
      out += "\n## " + std::string(title_of(row.group)) + "\n\n";
      out += is_refused
                 ? "| Annotation | Risk | Cost | Why not | Instead |\n|---|---|---|---|---|\n"
                 : "| Annotation | Values | Default | Acts on | Risk | Bad value | Meaning | Other than "
                   "in ingress-nginx |\n|---|---|---|---|---|---|---|---|\n";
    }
    first = false;
    group = row.group;
    is_refused ? append_refused_row(out, row) : append_row(out, row);
  }
  return out;
}

}  // namespace headgate::app
