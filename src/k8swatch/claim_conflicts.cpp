#include "k8swatch/claim_conflicts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "k8swatch/annotations/reader.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/host_rules.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/ingress_path.h"
#include "k8swatch/name_key.h"
#include "k8swatch/path_claims.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

using router::PathType;

// As the translator has it: what is no boolean, or false, is none.
bool is_canary(const Ingress& ingress, std::string_view prefix) {
  for (const auto& [name, value] : ingress.metadata.annotations) {
    if (value.empty() || without_prefix(name, prefix) != "canary") continue;
    return parse_go_bool(value).value_or(false);
  }
  return false;
}

// A path the candidate asks for, and who has it: the first of those with the same claim, and of those with
// the Exact path where a Prefix is asked for.
struct Wanted {
  std::string field;
  bool is_exact = false;
  std::optional<RuleRef> holder;
  std::optional<RuleRef> exact_holder;
  std::optional<RuleRef> own;  // the candidate has it already
  // Of another namespace, with a path that this one would take requests from.
  std::optional<RuleRef> contested;
  std::string contested_path;
};

// What the candidate asks of one host.
class WantedPaths {
 public:
  // False: it is asked for already.
  bool add(const std::string& normal, bool is_exact, std::string field) {
    Pair& both = paths_[normal];
    std::optional<Wanted>& wanted = is_exact ? both.exact : both.prefix;
    if (wanted) return false;
    wanted.emplace();
    wanted->field = std::move(field);
    wanted->is_exact = is_exact;
    bits_.push_back(normal_path_bits(normal));
    for (std::string& contested : contested_prefixes(normal, is_exact)) {
      bits_.push_back(normal_path_bits(contested));
      contested_.emplace(std::move(contested), std::pair(normal, is_exact));
    }
    return true;
  }

  // Calls visit(Wanted&) for what somebody's path as `written` is about, contest(Wanted&, path) for what
  // would take requests from it.
  template <typename Visit, typename Contest>
  void find(std::string_view written, const Visit& visit, const Contest& contest) {
    if (!may_be_of(path_bits(written))) return;
    const auto normal = normalise_ingress_path(written);
    if (!normal) return;
    if (const auto at = paths_.find(*normal); at != paths_.end())
      for (std::optional<Wanted>* wanted : {&at->second.exact, &at->second.prefix})
        if (*wanted) visit(**wanted);
    const auto [first, last] = contested_.equal_range(*normal);
    for (auto at = first; at != last; ++at) {
      Pair& both = paths_.at(at->second.first);
      contest(at->second.second ? *both.exact : *both.prefix, *normal);
    }
  }

  // False: a rule whose paths have these path_bits() has none that is asked for.
  [[nodiscard]] bool may_be_of(std::uint32_t bits) const {
    return bits_.size() > kMostCompared ||
           std::any_of(bits_.begin(), bits_.end(),
                       [bits](std::uint32_t wanted) { return (wanted & ~bits) == 0; });
  }

  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [path, both] : paths_)
      for (const std::optional<Wanted>* wanted : {&both.exact, &both.prefix})
        if (*wanted) visit(path, **wanted);
  }

 private:
  // Of more paths than this one or the other would fit nearly every rule.
  static constexpr std::size_t kMostCompared = 64;

  struct Pair {
    std::optional<Wanted> exact;
    std::optional<Wanted> prefix;
  };
  std::map<std::string, Pair> paths_;  // by normal form
  // contested_prefixes() of each → which one, and whether it is Exact.
  std::multimap<std::string, std::pair<std::string, bool>> contested_;
  std::vector<std::uint32_t> bits_;  // path_bits() of all of both, perhaps more than once
};

class Search {
 public:
  Search(const Ingress& candidate, const Store& store, const IngressClassRules& classes,
         std::string_view prefix)
      : candidate_(candidate),
        store_(store),
        classes_(classes),
        prefix_(prefix),
        is_canary_(is_canary(candidate, prefix)) {}

  std::vector<Finding> run() {
    std::map<std::string, WantedPaths> hosts;
    for (std::size_t i = 0; i < candidate_.rules.size(); ++i)
      if (auto host = normalise_ingress_host(candidate_.rules[i].host))
        collect(candidate_.rules[i], "spec.rules[" + std::to_string(i) + "].http.paths[", *host,
                hosts[*host]);
    if (candidate_.rules.empty() && candidate_.default_backend &&
        !candidate_.default_backend->service.empty())
      hosts[std::string(router::kDefaultHost)].add("/", false, "spec.defaultBackend");
    for (auto& [host, wanted] : hosts) {
      for (const RuleRef& ref : store_.rules_of(host))
        if (wanted.may_be_of(ref.path_bits)) look_at(ref, wanted);
      tell(host, wanted);
    }
    return std::move(findings_);
  }

 private:
  void collect(const IngressRule& rule, const std::string& field, const std::string& host, WantedPaths& out) {
    for (std::size_t i = 0; i < rule.paths.size(); ++i) {
      const IngressPath& path = rule.paths[i];
      const auto type = parse_path_type(path.path_type);
      const auto normal = normalise_ingress_path(path.path);
      if (!type || !normal || path.backend.service.empty()) continue;
      std::string at = field + std::to_string(i) + "].path";
      if (!out.add(*normal, *type == PathType::exact, at))
        add(std::move(at), "host \"" + host + "\" and path \"" + normal->substr(0, kShown) +
                               "\" is already defined by an earlier entry of this Ingress");
    }
  }

  void look_at(const RuleRef& ref, WantedPaths& wanted) {
    if (ref.rule == RuleRef::kDefaultBackend) {
      look_at(ref, "/", false, wanted);
      return;
    }
    for (const IngressPath& path : ref.ingress->rules[ref.rule].paths)
      if (const auto type = parse_path_type(path.path_type))
        look_at(ref, path.path, *type == PathType::exact, wanted);
  }

  void look_at(const RuleRef& ref, std::string_view written, bool is_exact, WantedPaths& wanted) {
    wanted.find(
        written, [&](Wanted& each) { note(ref, is_exact, each); },
        [&](Wanted& each, const std::string& path) {
          if (!is_exact) note_contested(ref, path, each);
        });
  }

  // `ref` has the path of `wanted`.
  void note(const RuleRef& ref, bool is_exact, Wanted& wanted) const {
    if (wanted.is_exact && !is_exact) return;
    std::optional<RuleRef>& holder = wanted.is_exact == is_exact ? wanted.holder : wanted.exact_holder;
    if (holder && !comes_before(ref, *holder)) return;
    if (is_canary(*ref.ingress, prefix_) != is_canary_ || !classes_.takes(*ref.ingress)) return;
    holder = ref;
    if (wanted.is_exact == is_exact && is_own(ref)) wanted.own = ref;
  }

  // `ref` has the Prefix path `path`, which `wanted` would take requests from. Canaries have no paths.
  void note_contested(const RuleRef& ref, const std::string& path, Wanted& wanted) const {
    if (ref.ingress->metadata.namespace_name == candidate_.metadata.namespace_name || is_canary_) return;
    if (wanted.contested && !comes_before(ref, *wanted.contested)) return;
    if (is_canary(*ref.ingress, prefix_) || !classes_.takes(*ref.ingress)) return;
    wanted.contested = ref;
    wanted.contested_path = path;
  }

  void tell(const std::string& host, const WantedPaths& all) {
    all.for_each([&](const std::string& path, const Wanted& wanted) {
      // ingress-nginx's words: people and tools know them.
      const auto tell_of = [&](const RuleRef& holder, const std::string& more) {
        add(wanted.field, "host \"" + host + "\" and path \"" + path.substr(0, kShown) +
                              "\" is already defined in ingress " + name_key(holder.ingress->metadata) +
                              more);
      };
      const std::optional<RuleRef>& holder = wanted.holder ? wanted.holder : wanted.exact_holder;
      if (holder && !is_own(*holder))
        tell_of(*holder, "");
      else if (wanted.contested && !(wanted.own && comes_before(*wanted.own, *wanted.contested)))
        tell_of(*wanted.contested, ": as the Prefix path \"" + wanted.contested_path.substr(0, kShown) +
                                       "\" of another namespace, which this one would take requests from");
    });
  }

  [[nodiscard]] bool is_own(const RuleRef& ref) const {
    const Metadata& a = ref.ingress->metadata;
    const Metadata& b = candidate_.metadata;
    return a.name == b.name && a.namespace_name == b.namespace_name;
  }

  void add(std::string field, std::string reason) {
    findings_.push_back(
        {Severity::error, "Ingress " + name_key(candidate_.metadata), std::move(field), std::move(reason)});
  }

  static constexpr std::size_t kShown = 256;

  const Ingress& candidate_;
  const Store& store_;
  const IngressClassRules& classes_;
  std::string_view prefix_;
  bool is_canary_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> find_claim_conflicts(const Ingress& candidate, const Store& store,
                                          const IngressClassRules& classes,
                                          std::string_view annotation_prefix) {
  return Search(candidate, store, classes, annotation_prefix).run();
}

}  // namespace headgate::k8swatch
