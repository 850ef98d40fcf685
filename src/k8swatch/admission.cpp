#include "k8swatch/admission.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "k8swatch/annotations/authentication.h"
#include "k8swatch/annotations/client_certificate.h"
#include "k8swatch/certificate_choice.h"
#include "k8swatch/claim_conflicts.h"
#include "k8swatch/config_map_reader.h"
#include "k8swatch/ingress_check.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/ingress_path.h"
#include "k8swatch/name_key.h"
#include "k8swatch/path_expression.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kNginxPrefix = "nginx.ingress.kubernetes.io";
constexpr std::size_t kMostReasons = 32;
constexpr std::size_t kMostWarnings = 16;
// The API server cuts longer ones (API reference, AdmissionResponse.warnings).
constexpr std::size_t kLongestWarning = 256;

void keep_most(std::vector<std::string>& lines, std::size_t most) {
  if (lines.size() <= most) return;
  const std::string rest = "and " + std::to_string(lines.size() - most) + " more";
  lines.resize(most);
  lines.push_back(rest);
}

}  // namespace

// One look at one Ingress of ours.
class Admission::Judge {
 public:
  Judge(const Admission& admission, const Ingress& ingress)
      : admission_(admission),
        store_(admission.store_),
        ingress_(ingress),
        prefix_(admission.gate_.annotation_prefix()),
        object_("Ingress " + name_key(ingress.metadata)) {}

  void run() {
    add(faults_, admission_.gate_.refuse(ingress_));
    check_annotation_names();
    if (admission_.gate_.settings().strict_paths) check_path_types();
    std::vector<Finding> alone = check_ingress_alone(ingress_, prefix_);
    for (const Finding& each : alone) (each.severity == Severity::error ? faults_ : hints_).push_back(each);
    add(faults_, find_claim_conflicts(ingress_, store_, admission_.classes_, prefix_));
    check_client_certificate();
    check_passwords();

    std::sort(alone.begin(), alone.end());
    for (Finding& each : check_ingress(ingress_, store_, prefix_))
      if (!std::binary_search(alone.begin(), alone.end(), each)) hints_.push_back(std::move(each));
    check_certificates();
  }

  // `is_unchanged`: nothing is denied.
  void report(bool is_unchanged, AdmissionDecision& out) const {
    for (const Finding& fault : faults_) out.reasons.push_back(text_of(fault));
    for (const Finding& hint : hints_) {
      const bool is_known = std::any_of(faults_.begin(), faults_.end(), [&](const Finding& fault) {
        return fault.object == hint.object && fault.field == hint.field;
      });
      if (!is_known) out.warnings.push_back(text_of(hint));
    }
    if (!is_unchanged) return;
    out.warnings.insert(out.warnings.begin(), out.reasons.begin(), out.reasons.end());
    out.reasons.clear();
  }

 private:
  void check_annotation_names() {
    for (const auto& [name, value] : ingress_.metadata.annotations) {
      if (prefix_ != kNginxPrefix && without_prefix(name, kNginxPrefix))
        fault(annotation_field(name), "has the prefix of ingress-nginx; here it is '" + prefix_ + "'");
      else if (const auto own = without_prefix(name, prefix_);
               own && find_annotation(*own) == nullptr && name.ends_with("-snippet"))
        fault(annotation_field(name), "snippets are not supported: there is no nginx to read them");
    }
  }

  void check_path_types() {
    for (std::size_t i = 0; i < ingress_.rules.size(); ++i) {
      const std::vector<IngressPath>& paths = ingress_.rules[i].paths;
      for (std::size_t k = 0; k < paths.size(); ++k) {
        const IngressPath& path = paths[k];
        if (path.path_type != "Exact" && path.path_type != "Prefix") continue;
        if (path.path.empty() || is_strict_path(path.path)) continue;
        if (!normalise_ingress_path(path.path)) continue;  // told otherwise
        std::string field =
            "spec.rules[" + std::to_string(i) + "].http.paths[" + std::to_string(k) + "].path";
        const bool is_told = std::any_of(faults_.begin(), faults_.end(),
                                         [&](const Finding& each) { return each.field == field; });
        if (!is_told) fault(std::move(field), not_strict(path.path, path.path_type));
      }
    }
  }

  void check_client_certificate() {
    AnnotationReader reader(ingress_, prefix_);
    const auto rule = read_client_certificate_annotations(reader);
    if (!rule) return;
    const std::string field = annotation_field(prefix_ + "/auth-tls-secret");
    constexpr std::string_view kThen = "; every request would be answered with 403";
    const auto refuse = [&](std::string reason) { fault(field, std::move(reason.append(kThen))); };
    if (!rule->problem.empty()) return refuse(rule->problem);
    if (!rule->secret.starts_with(ingress_.metadata.namespace_name + "/") && !may_cross_namespaces())
      return refuse("Secret " + rule->secret +
                    " is of another namespace, and allow-cross-namespace-resources is not true");
    const bool is_for_any_host =
        ingress_.rules.empty() || std::any_of(ingress_.rules.begin(), ingress_.rules.end(),
                                              [](const IngressRule& each) { return each.host.empty(); });
    if (is_for_any_host && rule->verify != VerifyClientMode::off)
      return refuse("rules without host cannot ask for client certificates");
    const SecretRecord* secret = store_.find_secret(rule->secret);
    if (secret == nullptr || secret->secret == nullptr)
      hint(field, "Secret " + rule->secret + " does not exist; every request is answered with 403");
  }

  // What the translator makes of auth-secret, as far as the Ingress is to blame.
  void check_passwords() {
    AnnotationReader reader(ingress_, prefix_);
    const AuthenticationAnnotations annotations = read_authentication_annotations(reader);
    if (annotations.type == AuthenticationAnnotations::Type::none || annotations.secret.empty()) return;
    const std::string field = annotation_field(prefix_ + "/auth-secret");
    const std::string name = "Secret " + annotations.secret;
    if (!annotations.secret.starts_with(ingress_.metadata.namespace_name + "/") && !may_cross_namespaces()) {
      fault(field, name +
                       " is of another namespace, and allow-cross-namespace-resources is not true; every "
                       "request would be answered with 503");
      return;
    }
    const SecretRecord* secret = store_.find_secret(annotations.secret);
    if (secret == nullptr || secret->secret == nullptr)
      hint(field, name + " does not exist; every request is answered with 503");
  }

  [[nodiscard]] bool may_cross_namespaces() const {
    bool may = false;
    std::vector<Finding> told_by_translator;
    if (const ConfigMap* config_map = store_.find_config_map(admission_.options_.config_map))
      ConfigMapReader(*config_map, told_by_translator).boolean("allow-cross-namespace-resources", may);
    return may;
  }

  // Secrets may come later: those of an ACME issuer always do.
  void check_certificates() {
    if (ingress_.tls.empty()) return;
    const TlsEntries entries(ingress_);
    std::set<std::string> hosts;
    for (const IngressRule& rule : ingress_.rules)
      if (auto host = normalise_ingress_host(rule.host); host && *host != router::kDefaultHost)
        hosts.insert(*std::move(host));
    std::vector<Finding> findings;
    for (const std::string& host : hosts) choose_certificate(host, ingress_, entries, store_, findings);
    std::sort(findings.begin(), findings.end());
    findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
    add(hints_, std::move(findings));
  }

  static void add(std::vector<Finding>& to, std::vector<Finding> findings) {
    to.insert(to.end(), std::make_move_iterator(findings.begin()), std::make_move_iterator(findings.end()));
  }
  void fault(std::string field, std::string reason) {
    faults_.push_back({Severity::error, object_, std::move(field), std::move(reason)});
  }
  void hint(std::string field, std::string reason) {
    hints_.push_back({Severity::warning, object_, std::move(field), std::move(reason)});
  }
  [[nodiscard]] std::string text_of(const Finding& finding) const {
    return finding.object == object_ ? detail_of(finding) : line_of(finding);
  }

  const Admission& admission_;
  const Store& store_;
  const Ingress& ingress_;
  const std::string& prefix_;
  std::string object_;
  std::vector<Finding> faults_;  // what costs the Ingress the admission
  std::vector<Finding> hints_;
};

Admission::Admission(AdmissionOptions options, const Store& store, const IngressGate& gate)
    : options_(std::move(options)), store_(store), gate_(gate), classes_(options_.classes, store) {}

AdmissionDecision Admission::decide(const AdmissionReview& review) const {
  AdmissionDecision decision;
  if (!review.note.empty()) decision.warnings.push_back(review.note);
  const Ingress& ingress = review.ingress;
  const bool is_watched =
      options_.watch_namespace.empty() || options_.watch_namespace == ingress.metadata.namespace_name;
  if (!review.is_judged || !is_watched) return decision;
  if (!classes_.takes(ingress)) {
    const auto doubt = classes_.doubt(ingress);
    if (!doubt) return decision;
    // That it names a class which does not exist is no fault yet: the class may come.
    const bool is_catch_all = doubt->field == "spec.defaultBackend" && !review.is_unchanged;
    decision.is_tested = true;
    (is_catch_all ? decision.reasons : decision.warnings).push_back(detail_of(*doubt));
    return decision;
  }
  decision.is_tested = true;
  if (!review.fault.empty()) {
    decision.reasons.push_back(detail_of({Severity::error, "", "", review.fault}));
    return decision;
  }
  Judge judge(*this, ingress);
  judge.run();
  judge.report(review.is_unchanged, decision);
  keep_most(decision.reasons, kMostReasons);
  keep_most(decision.warnings, kMostWarnings);
  for (std::string& warning : decision.warnings)
    if (warning.size() > kLongestWarning) warning.replace(kLongestWarning - 3, std::string::npos, "...");
  return decision;
}

}  // namespace headgate::k8swatch
