#include "k8swatch/ingress_check.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/annotations/reader.h"
#include "k8swatch/endpoint_translator.h"
#include "k8swatch/external_endpoints.h"
#include "k8swatch/ingress_class.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/ingress_path.h"
#include "k8swatch/name_key.h"
#include "k8swatch/path_expression.h"
#include "k8swatch/unread_setting.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

// Of one Ingress, so that a tenant's megabyte of nonsense costs the others nothing.
constexpr std::size_t kMostFindings = 100;

class Checker {
 public:
  // `store`: null where other objects do not count.
  Checker(const Ingress& ingress, const Store* store, std::string_view annotation_prefix)
      : ingress_(ingress),
        store_(store),
        annotation_prefix_(annotation_prefix),
        annotations_(read_annotations(ingress, annotation_prefix)) {
    for (const IngressRule& rule : ingress.rules) {
      const auto host = normalise_ingress_host(rule.host);
      if (!host || *host == router::kDefaultHost) continue;
      // Also the wildcard above it, whose certificate the rule may use.
      if (const std::size_t dot = host->find('.'); dot != std::string::npos)
        rule_hosts_.insert("*" + host->substr(dot));
      rule_hosts_.insert(*host);
    }
  }

  std::vector<Finding> run() {
    for (std::size_t i = 0; i < ingress_.rules.size(); ++i)
      check(ingress_.rules[i], "spec.rules[" + std::to_string(i) + "]");
    if (ingress_.default_backend) check(*ingress_.default_backend, "spec.defaultBackend");
    if (ingress_.rules.empty() && !ingress_.default_backend)
      add(Severity::warning, "spec", "holds neither rules nor a defaultBackend; nothing is served");
    for (std::size_t i = 0; i < ingress_.tls.size(); ++i)
      check(ingress_.tls[i], "spec.tls[" + std::to_string(i) + "]");
    for (const auto& [name, value] : ingress_.metadata.annotations) check_annotation(name);
    for (const AnnotationProblem& problem : annotations_.problems)
      add(problem.outcome == OnInvalid::deny_location || problem.unprotected ? Severity::error
                                                                             : Severity::warning,
          annotation_field(problem.annotation), problem.reason);
    check_client_certificate();
    if (findings_.size() > kMostFindings) {
      const std::size_t more = findings_.size() - kMostFindings;
      findings_.resize(kMostFindings);
      add(Severity::warning, "", "has " + std::to_string(more) + " more faults, which are not listed");
    }
    return std::move(findings_);
  }

 private:
  void check(const IngressRule& rule, const std::string& field) {
    if (const auto host = normalise_ingress_host(rule.host); !host) {
      add(Severity::error, field + ".host", host.error().message + "; the rule is not served");
      return;
    }
    for (std::size_t i = 0; i < rule.paths.size(); ++i)
      check(rule.paths[i], field + ".http.paths[" + std::to_string(i) + "]");
  }

  void check(const IngressTls& tls, const std::string& field) {
    for (std::size_t i = 0; i < tls.hosts.size(); ++i) {
      const std::string at = field + ".hosts[" + std::to_string(i) + "]";
      const auto host = normalise_ingress_host(tls.hosts[i]);
      if (!host)
        add(Severity::error, at, host.error().message + "; no certificate is used for it");
      else if (!rule_hosts_.contains(*host))
        add(Severity::warning, at,
            "no rule of this Ingress is for '" + *host + "'; the certificate is not used for it");
    }
  }

  void check(const IngressPath& path, const std::string& field) {
    if (!parse_path_type(path.path_type)) {
      add(Severity::error, field + ".pathType",
          quoted(path.path_type) +
              " is none of Exact, Prefix, ImplementationSpecific; the path is not served");
      return;
    }
    if (annotations_.routing.is_expression(path.path.empty() ? "/" : path.path)) {
      check_expression(path, field);
      return;
    }
    const auto normal = normalise_ingress_path(path.path);
    if (!normal) {
      add(Severity::error, field + ".path", normal.error().message + "; the path is not served");
      return;
    }
    if (!path.path.empty() && *normal != path.path)
      add(Severity::warning, field + ".path",
          quoted(path.path) + " is matched in its normal form " + quoted(*normal));
    check(path.backend, field + ".backend");
  }

  void check_expression(const IngressPath& path, const std::string& field) {
    const auto expression = parse_path_expression(path.path.empty() ? "/" : path.path);
    if (!expression) {
      add(Severity::error, field + ".path", expression.error().message + "; the path is not served");
      return;
    }
    const policy::Pattern* const pattern = expression->pattern.pattern.get();
    if (pattern != nullptr && pattern->is_limited())
      add(Severity::warning, field + ".path",
          quoted(path.path) +
              " needs look-around or back-references: it is matched in bounded steps, and a "
              "request for which these do not suffice is answered by the default backend");
    const auto& target = annotations_.routing.rewrite_target;
    const std::size_t groups = pattern == nullptr ? 0 : pattern->group_count();
    if (target && target->most_group() > groups)
      add(Severity::warning, field + ".path",
          quoted(path.path) + " has " + std::to_string(groups) + " groups, and rewrite-target " +
              quoted(target->text()) + " names $" + std::to_string(target->most_group()) +
              ", which will be empty");
    check(path.backend, field + ".backend");
  }

  void check(const IngressBackend& backend, const std::string& field) {
    if (backend.service.empty()) {
      add(Severity::warning, field + ".resource",
          "a resource is not supported as a backend; the default backend answers");
      return;
    }
    if (store_ == nullptr) return;
    const std::string key = name_key(ingress_.metadata.namespace_name, backend.service);
    const ServiceRecord* record = store_->find_service(key);
    const std::string name = "Service " + key;
    const std::string port = port_text(backend.port);
    if (record == nullptr || record->service == nullptr) {
      add(Severity::error, field + ".service.name", name + " does not exist; answered with 503");
    } else if (port.empty()) {
      add(Severity::error, field + ".service.port", "no port is given; answered with 503");
    } else if (record->service->type == "ExternalName"
                   ? !external_port(*record->service, port)
                   : find_service_port(*record->service, port) == nullptr) {
      add(Severity::error, field + ".service.port",
          name + " has no TCP port '" + port + "'; answered with 503");
    }
  }

  // A rule for clients' certificates begins with its CA: without one nobody is asked for anything.
  void check_client_certificate() {
    AnnotationReader reader(ingress_, annotation_prefix_);
    if (reader.text("auth-tls-secret") || !reader.problems().empty()) return;
    const auto tell = [this](std::string_view name) {
      add(Severity::error, annotation_field(std::string(annotation_prefix_) + "/" + std::string(name)),
          "has no effect without auth-tls-secret: the paths are served WITHOUT this protection");
    };
    if (const auto verify = reader.text("auth-tls-verify-client"); verify && *verify != "off")
      tell("auth-tls-verify-client");
    if (reader.text("auth-tls-match-cn")) tell("auth-tls-match-cn");
  }

  // The decoder keeps only annotations that are meant for us.
  void check_annotation(const std::string& name) {
    if (name == kClassAnnotation) return;
    const auto own = without_prefix(name, annotation_prefix_);
    if (own && find_annotation(*own) != nullptr) return;  // read
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos) return;
    findings_.push_back(unread_setting("Ingress " + name_key(ingress_.metadata), annotation_field(name),
                                       std::string_view(name).substr(slash + 1)));
  }

  void add(Severity severity, std::string field, std::string reason) {
    findings_.push_back(
        {severity, "Ingress " + name_key(ingress_.metadata), std::move(field), std::move(reason)});
  }

  const Ingress& ingress_;
  const Store* store_;
  std::string_view annotation_prefix_;
  IngressAnnotations annotations_;
  std::unordered_set<std::string> rule_hosts_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_ingress(const Ingress& ingress, const Store& store,
                                   std::string_view annotation_prefix) {
  return Checker(ingress, &store, annotation_prefix).run();
}

std::vector<Finding> check_ingress_alone(const Ingress& ingress, std::string_view annotation_prefix) {
  return Checker(ingress, nullptr, annotation_prefix).run();
}

}  // namespace headgate::k8swatch
