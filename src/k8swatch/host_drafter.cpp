#include "k8swatch/host_drafter.h"

#include <algorithm>
#include <map>
#include <utility>

#include "k8swatch/ingress_path.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

using router::PathType;

class Drafter {
 public:
  Drafter(const std::string& host, const HostSettings& settings, ClusterRegistry& clusters,
          std::vector<Finding>& findings)
      : settings_(settings), clusters_(clusters), findings_(findings) {
    draft_.host = host;
  }

  void add_rule(const RuleRef& ref) {
    if (ref.rule == RuleRef::kDefaultBackend) {
      // An Ingress without rules: its backend is "/" of the rules without host, in order of age with these.
      add(*ref.ingress, PathType::prefix, "/", "/", *ref.ingress->default_backend, "spec.defaultBackend");
      return;
    }
    const IngressRule& rule = ref.ingress->rules[ref.rule];
    for (std::size_t i = 0; i < rule.paths.size(); ++i) {
      const IngressPath& path = rule.paths[i];
      const auto type = parse_path_type(path.path_type);
      auto normal = normalise_ingress_path(path.path);
      if (!type || !normal) continue;  // told with the Ingress itself
      add(*ref.ingress, *type, path.path.empty() ? "/" : path.path, *std::move(normal), path.backend,
          "spec.rules[" + std::to_string(ref.rule) + "].http.paths[" + std::to_string(i) + "].path");
    }
  }

  // After all rules: the weakest claim to "/".
  void add_default_backend(const Ingress& ingress) {
    if (!ingress.default_backend) return;
    const auto root = claims_.find({"/", false});
    if (root != claims_.end() && !root->second.is_default_backend) return;  // a rule: no dispute
    if (root != claims_.end() && root->second.ingress == &ingress) return;  // a second rule of this host
    add(ingress, PathType::prefix, "/", "/", *ingress.default_backend, "spec.defaultBackend", true);
  }

  // Paths that nobody claims, on behalf of the oldest Ingress.
  void add_unclaimed(const Ingress& ingress) {
    if (draft_.host != router::kDefaultHost) draft_.unclaimed_redirects = redirects_of(ingress, "/");
  }

  router::HostDraft take() { return std::move(draft_); }

 private:
  struct Claim {
    const Ingress* ingress = nullptr;
    bool is_default_backend = false;
  };

  void add(const Ingress& ingress, PathType type, const std::string& written, std::string match_path,
           const IngressBackend& backend, std::string field, bool is_default_backend = false) {
    const auto [claim, is_first] =
        claims_.try_emplace({match_path, type == PathType::exact}, Claim{&ingress, is_default_backend});
    if (!is_first) {
      refuse(ingress, *claim->second.ingress, match_path, type, std::move(field));
      return;
    }
    router::RouteDraft route;
    route.match_path = std::move(match_path);
    route.route.path = written;
    route.route.path_type = type;
    route.route.namespace_name = ingress.metadata.namespace_name;
    route.route.ingress = ingress.metadata.name;
    route.route.settings = settings_.routes;
    route.route.redirects = redirects_of(ingress, written);
    route.route.denied = settings_.denied.contains(&ingress);
    if (backend.service.empty())
      route.route.action = router::RouteAction::not_found;
    else
      route.route.cluster =
          clusters_.acquire(ingress.metadata.namespace_name, backend.service, cluster_port(backend));
    draft_.routes.push_back(std::move(route));
  }

  router::RedirectRules redirects_of(const Ingress& ingress, std::string_view path) {
    const auto [at, is_first] = annotations_.try_emplace(&ingress);
    if (is_first) {  // what is wrong with them is told with the Ingress itself
      AnnotationReader reader(ingress, settings_.annotation_prefix);
      at->second = read_redirect_annotations(reader);
    }
    return settings_.redirects.rules(at->second, path, settings_.has_tls);
  }

  // A backend without port never finds one (0 is no port); the empty text would mean the first.
  static std::string cluster_port(const IngressBackend& backend) {
    std::string port = port_text(backend.port);
    return port.empty() ? "0" : port;
  }

  void refuse(const Ingress& loser, const Ingress& winner, const std::string& path, PathType type,
              std::string field) {
    std::string reason = "host '" + draft_.host + "' path '" + path.substr(0, 64) + "' (" +
                         (type == PathType::exact ? "Exact" : "Prefix") + ") ";
    reason += &loser == &winner ? "is already defined by an earlier entry of this Ingress"
                                : "is served by Ingress " + name_key(winner.metadata) + ", which comes first";
    findings_.push_back({Severity::error, "Ingress " + name_key(loser.metadata), std::move(field),
                         reason + "; this entry is not served"});
  }

  const HostSettings& settings_;
  ClusterRegistry& clusters_;
  std::vector<Finding>& findings_;
  router::HostDraft draft_;
  std::map<const Ingress*, RedirectAnnotations> annotations_;
  std::map<std::pair<std::string, bool>, Claim> claims_;  // (normal path, is exact) → who has it
};

}  // namespace

bool comes_before(const RuleRef& a, const RuleRef& b) {
  if (a.ingress == b.ingress) return a.rule < b.rule;
  const Metadata& x = a.ingress->metadata;
  const Metadata& y = b.ingress->metadata;
  if (x.creation_time != y.creation_time) return x.creation_time < y.creation_time;
  return name_key(x) > name_key(y);
}

void sort_by_age(std::vector<RuleRef>& rules) { std::sort(rules.begin(), rules.end(), comes_before); }

router::HostDraft draft_host(const std::string& host, const std::vector<RuleRef>& rules,
                             const HostSettings& settings, ClusterRegistry& clusters,
                             std::vector<Finding>& findings) {
  Drafter drafter(host, settings, clusters, findings);
  for (const RuleRef& ref : rules) drafter.add_rule(ref);
  for (const RuleRef& ref : rules)
    if (ref.rule != RuleRef::kDefaultBackend) drafter.add_default_backend(*ref.ingress);
  if (!rules.empty()) drafter.add_unclaimed(*rules.front().ingress);
  return drafter.take();
}

}  // namespace headgate::k8swatch
