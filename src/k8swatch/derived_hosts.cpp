#include "k8swatch/derived_hosts.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/host_rules.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/name_key.h"
#include "router/host_patterns.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kWww = "www.";
// Of one Ingress, for one host.
constexpr std::size_t kMostAliases = 256;

std::string www_counterpart(const std::string& host) {
  return host.starts_with(kWww) ? host.substr(kWww.size()) : std::string(kWww) + host;
}

// What regular expressions may take for one name of a host: of all of them the older ones first, so that
// nobody loses theirs to a namespace that comes later.
class PatternShares {
 public:
  // Empty: it may have its steps, and has them now.
  std::string take(const std::string& namespace_name, const policy::Pattern& pattern) {
    using router::HostPatterns;
    const std::uint64_t steps = pattern.most_steps(HostPatterns::kMostHostBytes);
    Share& own = of_[namespace_name];
    if (own.count == HostPatterns::kMostOfOne)
      return "namespace '" + namespace_name + "' has " + std::to_string(HostPatterns::kMostOfOne) +
             " older ones";
    if (steps > HostPatterns::kMostStepsOfOne - own.steps)
      return "with the older ones of namespace '" + namespace_name +
             "' it takes more steps for a name than one namespace may";
    if (steps > HostPatterns::kMostSteps - all_)
      return "with all the older ones it takes more steps for a name than all may";
    ++own.count;
    own.steps += steps;
    all_ += steps;
    return {};
  }

 private:
  struct Share {
    std::size_t count = 0;
    std::uint64_t steps = 0;
  };
  std::map<std::string, Share> of_;
  std::uint64_t all_ = 0;
};

void keep(HostFindings& all, const std::string& name, std::vector<Finding> findings) {
  if (findings.empty())
    all.erase(name);
  else
    all[name] = std::move(findings);
}

}  // namespace

std::string DerivedHosts::field_of(Kind kind) const {
  return annotation_field(prefix_ + (kind == Kind::www ? "/from-to-www-redirect" : "/server-alias"));
}

void DerivedHosts::update(const std::string& host, const std::vector<RuleRef>& rules,
                          std::shared_ptr<const router::VirtualHost> served) {
  dirty_.insert(host);  // a rule for it may have come or gone, and it may be somebody's alias
  Source fresh;
  fresh.served = std::move(served);
  if (fresh.served != nullptr && host != router::kDefaultHost)
    for (const Ingress* ingress : ingresses_of(rules)) read(host, *ingress, *rules.front().ingress, fresh);
  const auto old = sources_.find(host);
  if (old != sources_.end()) {
    touch(old->second);
    for (const Wish& wish : old->second.wishes) wanted_[wish.name].erase(host);
  }
  touch(fresh);
  for (const Wish& wish : fresh.wishes)
    if (wish.kind != Kind::pattern) wanted_[wish.name].insert(host);
  if (fresh.wishes.empty() && fresh.findings.empty())
    sources_.erase(host);
  else
    sources_[host] = std::move(fresh);
}

void DerivedHosts::read(const std::string& host, const Ingress& ingress, const Ingress& oldest,
                        Source& source) const {
  if (ingress.metadata.annotations.empty()) return;
  const RedirectionAnnotations asked = read_annotations(ingress, prefix_).redirection;
  if (!asked.from_to_www && asked.aliases.empty()) return;
  const std::string object = "Ingress " + name_key(ingress.metadata);
  if (!owns_host_with(ingress, oldest)) {
    const std::string why = "host '" + host + "' belongs to namespace '" + oldest.metadata.namespace_name +
                            "' (Ingress " + name_key(oldest.metadata) +
                            " comes first), which alone decides about its names; it is ignored there";
    if (asked.from_to_www) source.findings.push_back({Severity::warning, object, field_of(Kind::www), why});
    if (!asked.aliases.empty())
      source.findings.push_back({Severity::warning, object, field_of(Kind::alias), why});
    return;
  }
  if (asked.from_to_www && !host.starts_with('*'))
    source.wishes.push_back(
        {Kind::www, www_counterpart(host), object, ingress.metadata.creation_time, {}, {}});
  add_aliases(ingress, asked.aliases, source);
}

void DerivedHosts::add_aliases(const Ingress& ingress, const std::vector<std::string>& aliases,
                               Source& source) const {
  const std::string object = "Ingress " + name_key(ingress.metadata);
  const std::int64_t age = ingress.metadata.creation_time;
  const auto refuse = [&](const std::string& reason) {
    source.findings.push_back(
        {Severity::warning, object, field_of(Kind::alias), reason + "; the alias is ignored"});
  };
  std::size_t count = 0;
  for (const std::string& alias : aliases) {
    if (++count > kMostAliases) {
      refuse("names more than " + std::to_string(kMostAliases) + " aliases, " + quoted(alias) +
             " is the first that is too many");
      return;
    }
    if (!alias.starts_with('~')) {
      auto name = normalise_ingress_host(alias);
      if (name)
        source.wishes.push_back({Kind::alias, *std::move(name), object, age, {}, {}});
      else
        refuse(name.error().message);
      continue;
    }
    // "~*" is the same to nginx: names have no case.
    const std::string_view text = std::string_view(alias).substr(alias.starts_with("~*") ? 2 : 1);
    auto pattern = policy::Pattern::compile(text, policy::PatternCase::insensitive);
    if (!pattern)
      refuse(pattern.error().message);
    else if (text.empty())
      refuse(quoted(alias) + " is empty");
    else if ((*pattern)->is_limited())  // it might give up, and the host would be another one
      refuse(quoted(alias) +
             " needs look-around or back-references, which names of hosts are not matched with");
    else
      source.wishes.push_back({Kind::pattern,
                               std::string(text),
                               object,
                               age,
                               {*std::move(pattern)},
                               ingress.metadata.namespace_name});
  }
}

void DerivedHosts::touch(const Source& source) {
  for (const Wish& wish : source.wishes) {
    if (wish.kind == Kind::pattern)
      patterns_dirty_ = true;
    else
      dirty_.insert(wish.name);
  }
}

void DerivedHosts::publish(router::TableBuilder& builder, int redirect_code,
                           const std::function<bool(const std::string&)>& has_rules) {
  if (std::exchange(redirect_code_, redirect_code) != redirect_code)
    for (const auto& [host, source] : sources_) touch(source);
  for (const std::string& name : std::exchange(dirty_, {})) publish_name(name, builder, has_rules(name));
  if (std::exchange(patterns_dirty_, false)) publish_patterns(builder);
}

void DerivedHosts::publish_name(const std::string& name, router::TableBuilder& builder, bool has_rules) {
  std::vector<Claim> claims;
  const auto wanted = wanted_.find(name);
  if (wanted != wanted_.end()) {
    for (const std::string& host : wanted->second) {
      const Source& source = sources_.at(host);
      for (const Wish& wish : source.wishes)
        if (wish.kind != Kind::pattern && wish.name == name) claims.push_back({&source, &wish, host});
    }
    if (wanted->second.empty()) wanted_.erase(wanted);
  }
  std::stable_sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tuple(a.wish->age, a.host, a.wish->kind) < std::tuple(b.wish->age, b.host, b.wish->kind);
  });
  std::vector<Finding> conflicts;
  const Claim* winner = has_rules || claims.empty() ? nullptr : &claims.front();
  for (const Claim& claim : claims) {
    if (winner != nullptr && claim.host == winner->host && claim.wish->kind == winner->wish->kind) continue;
    if (claim.host == name) continue;  // itself
    conflicts.push_back(
        {Severity::warning, claim.wish->object, field_of(claim.wish->kind),
         "'" + name + "' is " +
             (winner == nullptr ? std::string("the host of a rule, which has it")
                                : "derived from host '" + std::string(winner->host) + "' already") +
             "; it does not lead to '" + std::string(claim.host) + "'"});
  }
  keep(conflicts_, name, std::move(conflicts));
  if (winner != nullptr) {
    Placed fresh{winner->wish->kind, std::string(winner->host), winner->source->served, redirect_code_};
    Placed& there = placed_[name];
    if (there == fresh) return;
    there = std::move(fresh);
    builder.replace(make(*winner, name));
  } else if (placed_.erase(name) != 0 && !has_rules) {
    builder.remove(name);
  }
}

std::shared_ptr<const router::VirtualHost> DerivedHosts::make(const Claim& claim,
                                                              const std::string& name) const {
  if (claim.wish->kind == Kind::alias) return router::VirtualHost::alias_of(*claim.source->served, name);
  // Counted and logged as the Route of the host that stands first.
  router::RouteDraft draft;
  if (!claim.source->served->routes().empty()) {
    const router::Route& first = claim.source->served->routes().front();
    draft.route.namespace_name = first.namespace_name;
    draft.route.ingress = first.ingress;
    draft.route.slot = first.slot;
  }
  policy::PolicyChain chain;
  chain.entry.emplace_back(policy::HostRedirect{std::string(claim.host), redirect_code_});
  draft.route.path = draft.match_path = "/";
  draft.route.action = router::RouteAction::redirect;
  draft.route.policy.chain = std::make_shared<const policy::PolicyChain>(std::move(chain));
  router::HostDraft host;
  host.host = claim.host;
  host.routes.push_back(std::move(draft));
  return router::VirtualHost::alias_of(*router::VirtualHost::make(std::move(host)), name);
}

void DerivedHosts::publish_patterns(router::TableBuilder& builder) {
  std::vector<Claim> claims;
  for (const auto& [host, source] : sources_)
    for (const Wish& wish : source.wishes)
      if (wish.kind == Kind::pattern) claims.push_back({&source, &wish, host});
  std::stable_sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tuple(a.wish->age, a.host) < std::tuple(b.wish->age, b.host);
  });
  std::vector<Finding> conflicts;
  std::vector<router::HostPatterns::Entry> entries;
  PatternShares shares;
  for (const Claim& claim : claims) {
    if (const std::string reason = shares.take(claim.wish->namespace_name, *claim.wish->pattern.pattern);
        !reason.empty())
      conflicts.push_back({Severity::warning, claim.wish->object, field_of(Kind::pattern),
                           quoted(claim.wish->name) + " is one regular expression too many: " + reason +
                               "; the alias is ignored"});
    else
      entries.push_back({claim.wish->pattern, claim.source->served});
  }
  keep(conflicts_, "~", std::move(conflicts));
  builder.set_patterns(entries.empty() ? nullptr
                                       : std::make_shared<const router::HostPatterns>(std::move(entries)));
}

std::map<std::string, std::string> DerivedHosts::names() const {
  std::map<std::string, std::string> names;
  for (const auto& [name, placed] : placed_) names.emplace(name, placed.host);
  return names;
}

void DerivedHosts::add_findings(std::vector<Finding>& out) const {
  for (const auto& [host, source] : sources_)
    out.insert(out.end(), source.findings.begin(), source.findings.end());
  append_findings(out, conflicts_, {});
}

}  // namespace headgate::k8swatch
