#include "k8swatch/host_drafter.h"

#include <map>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/canary_drafter.h"
#include "k8swatch/host_rules.h"
#include "k8swatch/ingress_path.h"
#include "k8swatch/name_key.h"
#include "k8swatch/path_claims.h"
#include "k8swatch/path_expression.h"
#include "router/backend_choice.h"
#include "router/guest_paths.h"

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
      if (!type) continue;  // told with the Ingress itself, as whatever else is wrong with a path alone
      const std::string written = path.path.empty() ? "/" : path.path;
      std::string field =
          "spec.rules[" + std::to_string(ref.rule) + "].http.paths[" + std::to_string(i) + "].path";
      if (of(*ref.ingress).annotations.routing.is_expression(written)) {
        if (auto expression = parse_path_expression(written))
          add(*ref.ingress, *type, written, written, path.backend, std::move(field), false,
              &expression.value());
      } else if (auto normal = normalise_ingress_path(path.path)) {
        add(*ref.ingress, *type, written, *std::move(normal), path.backend, std::move(field));
      }
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

  // After all paths: canaries in order of age.
  void add_canaries() {
    for (const CanaryClaim& claim : canaries_)
      add_canary(claim, draft_, settings_.cross_namespace_canaries, clusters_, findings_);
  }

  // After all paths: where the namespace whose host it is has an expression, all the others become some too;
  // where a guest has one, those of its namespace.
  void make_expressions(const Ingress& oldest) {
    std::set<std::string_view> asking;  // namespaces
    for (std::size_t i = 0; i < draft_.routes.size(); ++i)
      if (!draft_.routes[i].expressions.empty()) asking.insert(claimants_[i]->metadata.namespace_name);
    draft_.has_expressions = asking.contains(oldest.metadata.namespace_name);
    std::map<std::string_view, std::size_t> of_guests;  // expressions, by namespace
    std::set<std::size_t> left_out;                     // places in draft_.routes
    std::set<const Ingress*> told;
    for (std::size_t i = 0; i < draft_.routes.size(); ++i) {
      router::RouteDraft& each = draft_.routes[i];
      each.is_guest = !owns_host_with(*claimants_[i], oldest);
      if (!each.is_guest || each.expressions.empty()) continue;
      if (told.insert(claimants_[i]).second) tell_guest(i, oldest);
      if (++of_guests[claimants_[i]->metadata.namespace_name] > router::GuestPaths::kMostOfOne)
        left_out.insert(i);
    }
    std::set<std::size_t> left_plain;
    for (std::size_t i = 0; i < draft_.routes.size(); ++i) {
      router::RouteDraft& each = draft_.routes[i];
      const std::string& whose = claimants_[i]->metadata.namespace_name;
      if (!each.expressions.empty() || (!draft_.has_expressions && !asking.contains(whose))) continue;
      if (each.is_guest && ++of_guests[whose] > router::GuestPaths::kMostOfOne) {
        (draft_.has_expressions ? left_out : left_plain).insert(i);
        continue;
      }
      NeighbourExpressions made = neighbour_expressions(
          each.route.path, each.match_path, each.route.path_type, claims_.contains({each.match_path, true}));
      if (made.is_quoted)
        findings_.push_back({Severity::warning, "Ingress " + name_key(claimants_[i]->metadata), fields_[i],
                             quoted(each.route.path) + " is no regular expression, which all paths of " +
                                 (draft_.has_expressions ? "" : "namespace '" + whose + "' on ") + "host '" +
                                 draft_.host + "' are; it is matched as it stands"});
      each.expressions = std::move(made.expressions);
    }
    tell_too_many(left_plain, "they are matched as they stand");
    tell_too_many(left_out, "they are not served");
    leave_out(left_out);
  }

  // After all paths. What passes through is known then, and with it which plain HTTP is redirected: as that
  // of a host with TLS, for the pods that get it. Paths that nobody claims are judged on behalf of the oldest
  // Ingress.
  void add_redirects(const Ingress& oldest) {
    if (settings_.passthrough) draft_.passthrough = cluster_of_root();
    for (std::size_t i = 0; i < draft_.routes.size(); ++i) {
      router::Route& route = draft_.routes[i].route;
      const bool passes = draft_.passthrough != nullptr && route.cluster == draft_.passthrough;
      route.redirects = redirects_of(*claimants_[i], route.path, settings_.has_tls || passes);
    }
    if (draft_.host != router::kDefaultHost)
      draft_.unclaimed_redirects = redirects_of(oldest, "/", settings_.has_tls);
  }

  // The oldest Ingress that is no canary; of canaries alone, the oldest.
  const Ingress& oldest(const std::vector<RuleRef>& rules) {
    for (const RuleRef& ref : rules)
      if (!of(*ref.ingress).annotations.canary) return *ref.ingress;
    return *rules.front().ingress;
  }

  // After all paths: the "/" of the host is redirected as the Ingress with the longest path says that asks
  // for it, of those of the namespace whose host it is.
  void add_app_root(const Ingress& oldest) {
    const Ingress* chosen = nullptr;
    std::string_view longest;
    for (std::size_t i = 0; i < draft_.routes.size(); ++i) {
      const Ingress& ingress = *claimants_[i];
      if (!of(ingress).annotations.redirection.app_root) continue;
      const std::string_view path = draft_.routes[i].route.path;
      if (!owns_host_with(ingress, oldest)) {
        tell_foreign_app_root(ingress, oldest);
      } else if (chosen == nullptr || std::pair(path.size(), path) > std::pair(longest.size(), longest)) {
        chosen = &ingress;
        longest = path;
      }
    }
    const auto& root = chosen != nullptr ? of(*chosen).annotations.redirection.app_root
                                         : settings_.policies.defaults.app_root;
    if (root && (chosen != nullptr || draft_.host != router::kDefaultHost))
      draft_.app_root = std::make_shared<const policy::AppRoot>(policy::AppRoot{*root});
  }

  router::HostDraft take() { return std::move(draft_); }

 private:
  struct Claim {
    const Ingress* ingress = nullptr;
    bool is_default_backend = false;
  };
  struct OfIngress {
    IngressAnnotations annotations;
    RoutePolicy policy;
  };

  // `expression`: of a path that is one by itself, and is moved from; or null.
  void add(const Ingress& ingress, PathType type, const std::string& written, std::string match_path,
           const IngressBackend& backend, std::string field, bool is_default_backend = false,
           router::RouteExpression* expression = nullptr) {
    if (const auto& canary = of(ingress).annotations.canary) {
      if (!is_default_backend)
        canaries_.push_back({ingress, *canary, of(ingress).policy.balancing,
                             of(ingress).annotations.balancing.apart_from_primary, type,
                             std::move(match_path), backend.service, cluster_port(backend),
                             by_cluster_ip(ingress), std::move(field)});
      return;
    }
    if (const Ingress* const other = has_as_prefix(ingress, type, match_path)) {
      refuse(ingress, *other, match_path, type, std::move(field));
      return;
    }
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
    const bool spared = settings_.policies.defaults.external_auth.spares(written);
    const RoutePolicy& policy = spared ? spared_policy(ingress) : of(ingress).policy;
    route.route.settings = policy.settings;
    route.route.policy = policy.policy;
    route.route.protocol = policy.protocol;
    route.route.upstream_tls = policy.upstream_tls;
    route.route.denied = policy.denied || settings_.denied.contains(&ingress);
    if (backend.service.empty())
      route.route.action = router::RouteAction::not_found;
    else
      route.route.cluster = clusters_.acquire({ingress.metadata.namespace_name,
                                               backend.service,
                                               cluster_port(backend),
                                               {},
                                               by_cluster_ip(ingress)});
    if (!policy.balancing.is_plain())
      route.route.backends.choice =
          std::make_shared<const router::BackendChoice>(router::BackendChoice{policy.balancing, {}});
    const std::string key = policy.others.empty() ? std::string() : name_key(ingress.metadata);
    for (const OtherBackend& each : policy.others)
      route.route.others.push_back({clusters_.acquire({each.backend.namespace_name,
                                                       each.backend.service,
                                                       each.backend.port,
                                                       {},
                                                       false,
                                                       each.backend.host,
                                                       each.backend.host.empty() ? std::string_view() : key}),
                                    each.tls});
    if (expression != nullptr) {
      route.route.pattern = expression->pattern;
      route.expressions.push_back(std::move(*expression));
    }
    draft_.routes.push_back(std::move(route));
    claimants_.push_back(&ingress);
    fields_.push_back(std::move(field));
  }

  // The older Ingress of another namespace that has the path as a Prefix path, with a '/' at the end or
  // without, and would lose it to a younger one: the path itself to an Exact path ("/", say), all that is
  // below "/foo" to "/foo/". Within one namespace both are kept, as in ingress-nginx.
  [[nodiscard]] const Ingress* has_as_prefix(const Ingress& ingress, PathType type,
                                             const std::string& match_path) const {
    for (const std::string& contested : contested_prefixes(match_path, type == PathType::exact))
      if (const Ingress* const other = foreign_prefix(ingress, contested)) return other;
    return nullptr;
  }
  [[nodiscard]] const Ingress* foreign_prefix(const Ingress& ingress, const std::string& match_path) const {
    const auto claim = claims_.find({match_path, false});
    if (claim == claims_.end() || claim->second.is_default_backend) return nullptr;
    const Ingress& other = *claim->second.ingress;
    return other.metadata.namespace_name == ingress.metadata.namespace_name ? nullptr : &other;
  }

  // Whose expressions are not what they would be on a host of its own.
  void tell_guest(std::size_t route, const Ingress& oldest) {
    const Ingress& guest = *claimants_[route];
    findings_.push_back(
        {Severity::warning, "Ingress " + name_key(guest.metadata), fields_[route],
         "host '" + draft_.host + "' belongs to namespace '" + oldest.metadata.namespace_name +
             "' (Ingress " + name_key(oldest.metadata) + " comes first): regular expressions of namespace '" +
             guest.metadata.namespace_name +
             "' (use-regex, rewrite-target) change no paths but its own there, and each takes "
             "no more of others' paths than a Prefix path of the plain text it begins with"});
  }

  // Once for each Ingress that has some of the paths, at its first one.
  void tell_too_many(const std::set<std::size_t>& routes, std::string_view outcome) {
    std::map<const Ingress*, std::pair<std::size_t, std::size_t>> shares;  // the first, and how many
    for (const std::size_t each : routes)
      ++shares.try_emplace(claimants_[each], each, 0).first->second.second;
    for (const std::size_t each : routes) {
      const auto& [first, count] = shares.at(claimants_[each]);
      if (each != first) continue;
      const Metadata& guest = claimants_[each]->metadata;
      findings_.push_back(
          {Severity::warning, "Ingress " + name_key(guest), fields_[each],
           "host '" + draft_.host + "' belongs to another namespace; of those of namespace '" +
               guest.namespace_name + "' there, " + std::to_string(router::GuestPaths::kMostOfOne) +
               " paths may be regular expressions. " + std::to_string(count) +
               " of this Ingress are too many, " + quoted(draft_.routes[each].route.path) +
               " is the first; " + std::string(outcome)});
    }
  }

  void leave_out(const std::set<std::size_t>& routes) {
    if (routes.empty()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < draft_.routes.size(); ++i) {
      if (routes.contains(i)) continue;
      if (kept != i) {
        draft_.routes[kept] = std::move(draft_.routes[i]);
        claimants_[kept] = claimants_[i];
        fields_[kept] = std::move(fields_[i]);
      }
      ++kept;
    }
    draft_.routes.resize(kept);
    claimants_.resize(kept);
    fields_.resize(kept);
  }

  // As VirtualHost finds "/": the exact one first. Null: there is none, or no Service behind it.
  [[nodiscard]] std::shared_ptr<const router::Cluster> cluster_of_root() const {
    std::shared_ptr<const router::Cluster> found;
    for (const router::RouteDraft& each : draft_.routes) {
      if (each.match_path != "/") continue;
      if (each.route.path_type == PathType::exact) return each.route.cluster;
      found = each.route.cluster;
    }
    return found;
  }

  router::RedirectRules redirects_of(const Ingress& ingress, std::string_view path, bool has_tls) {
    return settings_.redirects.rules(of(ingress).annotations.redirect, path, has_tls);
  }

  bool by_cluster_ip(const Ingress& ingress) {
    return of(ingress).annotations.service_upstream.value_or(settings_.backends.service_upstream);
  }

  const OfIngress& of(const Ingress& ingress) {
    const auto [at, is_first] = ingresses_.try_emplace(&ingress);
    if (is_first) {  // what is wrong with the annotations alone is told with the Ingress itself
      at->second.annotations = read_annotations(ingress, settings_.annotation_prefix);
      at->second.policy = draft_policy(ingress, at->second.annotations, settings_.policies,
                                       Authentication::wanted, findings_);
    }
    return at->second;
  }

  // Of paths that no-auth-locations spares.
  const RoutePolicy& spared_policy(const Ingress& ingress) {
    const auto [at, is_first] = spared_.try_emplace(&ingress);
    if (is_first) {
      std::vector<Finding> told_already;
      at->second = draft_policy(ingress, of(ingress).annotations, settings_.policies, Authentication::spared,
                                told_already);
    }
    return at->second;
  }

  // A backend without port never finds one (0 is no port); the empty text would mean the first.
  static std::string cluster_port(const IngressBackend& backend) {
    std::string port = port_text(backend.port);
    return port.empty() ? "0" : port;
  }

  void refuse(const Ingress& loser, const Ingress& winner, const std::string& path, PathType type,
              std::string field) {
    std::string reason = "host '" + draft_.host + "' path " + quoted(path) + " (" +
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
  void tell_foreign_app_root(const Ingress& ingress, const Ingress& oldest) {
    if (!foreign_roots_.insert(&ingress).second) return;
    findings_.push_back({Severity::warning, "Ingress " + name_key(ingress.metadata),
                         annotation_field(std::string(settings_.annotation_prefix) + "/app-root"),
                         "host '" + draft_.host + "' belongs to namespace '" +
                             oldest.metadata.namespace_name + "' (Ingress " + name_key(oldest.metadata) +
                             " comes first), which alone decides about its '/'; app-root is ignored there"});
  }

  std::set<const Ingress*> foreign_roots_;
  std::vector<const Ingress*> claimants_;  // of each of draft_.routes
  std::vector<std::string> fields_;        // likewise: where the path is written
  std::map<const Ingress*, OfIngress> ingresses_;
  std::vector<CanaryClaim> canaries_;
  std::map<const Ingress*, RoutePolicy> spared_;
  std::map<std::pair<std::string, bool>, Claim> claims_;  // (normal path, is exact) → who has it
};

}  // namespace

router::HostDraft draft_host(const std::string& host, const std::vector<RuleRef>& rules,
                             const HostSettings& settings, ClusterRegistry& clusters,
                             std::vector<Finding>& findings) {
  Drafter drafter(host, settings, clusters, findings);
  for (const RuleRef& ref : rules) drafter.add_rule(ref);
  for (const RuleRef& ref : rules)
    if (ref.rule != RuleRef::kDefaultBackend) drafter.add_default_backend(*ref.ingress);
  drafter.add_canaries();
  if (!rules.empty()) {
    const Ingress& oldest = drafter.oldest(rules);
    drafter.make_expressions(oldest);
    drafter.add_redirects(oldest);
    drafter.add_app_root(oldest);
  }
  return drafter.take();
}

}  // namespace headgate::k8swatch
