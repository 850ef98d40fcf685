#include "k8swatch/client_certificate_rules.h"

#include <optional>
#include <utility>

#include "k8swatch/host_rules.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/name_key.h"
#include "k8swatch/secret_content.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

using Demand = policy::ClientCertificateRule::Demand;

constexpr std::string_view kSecretAnnotation = "auth-tls-secret";

std::string_view data_of(const Secret& secret, std::string_view key) {
  for (const auto& [name, content] : secret.data)
    if (name == key) return content;
  return {};
}

Demand demand_of(VerifyClientMode mode) {
  switch (mode) {
    case VerifyClientMode::on:
      return Demand::required;
    case VerifyClientMode::off:
      return Demand::nothing;
    case VerifyClientMode::optional:
      return Demand::optional;
    case VerifyClientMode::optional_no_ca:
      return Demand::any_issuer;
  }
  return Demand::required;
}

tls::VerifyClient verify_of(VerifyClientMode mode) {
  switch (mode) {
    case VerifyClientMode::optional:
      return tls::VerifyClient::optional;
    case VerifyClientMode::optional_no_ca:
      return tls::VerifyClient::optional_no_ca;
    case VerifyClientMode::on:
    case VerifyClientMode::off:
      break;
  }
  return tls::VerifyClient::on;
}

bool same_rule(const std::shared_ptr<const router::ClientCertificateRule>& a,
               const std::shared_ptr<const router::ClientCertificateRule>& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

}  // namespace

ClientCertificateRules::ClientCertificateRules(std::string annotation_prefix, const Store& store,
                                               const IngressClassRules& classes)
    : prefix_(std::move(annotation_prefix)), store_(store), classes_(classes) {}

bool ClientCertificateRules::allow_cross_namespace(bool allow) {
  return std::exchange(cross_namespace_, allow) != allow;
}

const ClientCertificateRules::HostRules& ClientCertificateRules::of(std::string_view host) const {
  static const HostRules kNone;
  const auto at = rules_.find(host);
  return at == rules_.end() ? kNone : at->second;
}

std::set<std::string> ClientCertificateRules::hosts_of(const Changes& changes) const {
  std::set<std::string> hosts = changes.hosts;
  for (const std::string& key : changes.secrets) {
    const SecretRecord* record = store_.find_secret(key);
    if (record == nullptr) continue;
    for (const Ingress* user : record->users) {
      AnnotationReader reader(*user, prefix_);
      if (reader.text(kSecretAnnotation) != key) continue;  // named by its spec.tls
      add_hosts_of(*user, hosts);
    }
  }
  return hosts;
}

void ClientCertificateRules::translate(const Changes& changes, bool all) {
  changed_hosts_.clear();
  std::set<std::string> hosts = hosts_of(changes);
  if (all) store_.for_each_host([&](const std::string& host) { hosts.insert(host); });
  for (const std::string& host : hosts) look_at(host);
  if (!changed_hosts_.empty()) forget_unused();
}

void ClientCertificateRules::look_at(const std::string& host) {
  const std::vector<const Ingress*> ingresses = ingresses_of(rules_in_order(store_, classes_, host));
  HostRules fresh;
  std::vector<Finding> findings;
  const auto tell = [&](const Ingress& ingress, Severity severity, std::string reason) {
    findings.push_back({severity, "Ingress " + name_key(ingress.metadata),
                        annotation_field(prefix_ + "/" + std::string(kSecretAnnotation)), std::move(reason)});
  };
  const std::string then_denied = "; its paths of host '" + host + "' are answered with 503";
  const Ingress* rule_of = nullptr;  // whose rule the host has
  std::vector<std::pair<const Ingress*, ClientCertificateAnnotations>> strangers;
  for (const Ingress* ingress : ingresses) {
    if (ingress->metadata.annotations.empty()) continue;
    AnnotationReader reader(*ingress, prefix_);  // what is wrong in itself is told with the Ingress
    auto annotations = read_client_certificate_annotations(reader);
    if (!annotations) continue;
    if (!owns_host_with(*ingress, *ingresses.front())) {
      strangers.emplace_back(ingress, *std::move(annotations));
      continue;
    }
    std::string problem;
    // No server name leads to the rules without host: handshakes could not ask for a certificate.
    if (host == router::kDefaultHost && annotations->verify != VerifyClientMode::off)
      problem = "rules without host cannot ask for client certificates";
    auto rule = make_rule(*ingress, *annotations, problem);
    if (rule_of == nullptr) {
      rule_of = ingress;
      fresh.client_certificate = std::move(rule);
      if (!problem.empty())
        tell(*ingress, Severity::error,
             problem + "; every request for host '" + host + "' is answered with 403");
    } else if (!problem.empty()) {
      fresh.denied.insert(ingress);
      tell(*ingress, Severity::error, problem + then_denied);
    } else {
      tell(*ingress, Severity::warning,
           "host '" + host + "' follows Ingress " + name_key(rule_of->metadata) +
               ", which comes first; the rule of this Ingress is not used for it");
    }
  }
  for (const auto& [ingress, annotations] : strangers) {
    std::string problem;
    make_rule(*ingress, annotations, problem);
    const bool asks = annotations.verify != VerifyClientMode::off || !annotations.match_cn.empty();
    if (problem.empty() && rule_of == nullptr && asks) problem = "nobody is asked for a certificate there";
    const std::string reason = not_the_owner(host, *ingresses.front());
    if (problem.empty()) {
      tell(*ingress, Severity::warning, reason + "; the rule of this Ingress is not used for it");
    } else {  // its pods may trust that only known clients come
      fresh.denied.insert(ingress);
      tell(*ingress, Severity::error, reason + ", and " + problem + then_denied);
    }
  }

  const HostRules& old = of(host);
  if (!same_rule(old.client_certificate, fresh.client_certificate) || old.denied != fresh.denied)
    changed_hosts_.insert(host);
  const bool is_empty = fresh.client_certificate == nullptr && fresh.denied.empty();
  if (is_empty)
    rules_.erase(host);
  else if (changed_hosts_.contains(host))
    rules_[host] = std::move(fresh);
  if (findings.empty())
    findings_.erase(host);
  else
    findings_[host] = std::move(findings);
}

// Sets `problem` where the rule cannot be followed, if it is not set before.
std::shared_ptr<const router::ClientCertificateRule> ClientCertificateRules::make_rule(
    const Ingress& ingress, const ClientCertificateAnnotations& annotations, std::string& problem) {
  auto rule = std::make_shared<router::ClientCertificateRule>();
  rule->namespace_name = ingress.metadata.namespace_name;
  rule->ingress = ingress.metadata.name;
  rule->secret = annotations.secret;
  rule->depth = annotations.depth;
  policy::ClientCertificateRule& policy = rule->policy;
  policy.demand = demand_of(annotations.verify);
  const std::string own = ingress.metadata.namespace_name + "/";
  if (!problem.empty()) {
    // It is broken whatever else it says.
  } else if (!annotations.problem.empty()) {
    problem = annotations.problem;
  } else if (!cross_namespace_ && !annotations.secret.starts_with(own)) {
    problem = "Secret " + annotations.secret +
              " is of another namespace, and allow-cross-namespace-resources is not true";
  } else if (const Made& made = make_auth(annotations); made.auth == nullptr) {
    problem = made.error;
  } else {
    if (annotations.verify != VerifyClientMode::off) rule->auth = made.auth;
    policy.error_page = annotations.error_page;
    policy.pass_certificate = annotations.pass_certificate;
    if (!annotations.match_cn.empty()) {
      auto pattern = policy::SubjectPattern::compile(annotations.match_cn);
      if (pattern)
        policy.subject = *std::move(pattern);
      else  // the gate has let it through: only a lack of memory is left
        problem = pattern.error().message;
    }
  }
  if (!problem.empty()) {
    policy = {};
    policy.broken = true;
    rule->auth = nullptr;
  }
  return rule;
}

const ClientCertificateRules::Made& ClientCertificateRules::make_auth(
    const ClientCertificateAnnotations& annotations) {
  const SecretRecord* record = store_.find_secret(annotations.secret);
  const std::shared_ptr<const Secret> secret = record == nullptr ? nullptr : record->secret;
  Made& made = made_[{annotations.secret, annotations.verify, annotations.depth}];
  if (made.secret == secret && (made.auth != nullptr || !made.error.empty())) return made;
  made = {};
  made.secret = secret;
  const std::string name = "Secret " + annotations.secret;
  if (secret == nullptr) {
    made.error = name + " does not exist";
    return made;
  }
  const std::string_view authorities = data_of(*secret, kAuthorityKey);
  if (authorities.empty()) {
    made.error = name + " has no " + std::string(kAuthorityKey);
    return made;
  }
  auto auth = tls::ClientAuth::make(verify_of(annotations.verify), static_cast<int>(annotations.depth),
                                    authorities, data_of(*secret, kRevocationKey));
  if (auth)
    made.auth = *std::move(auth);
  else
    made.error = name + ": " + auth.error().message;
  return made;
}

void ClientCertificateRules::forget_unused() {
  std::erase_if(made_, [](const auto& each) { return each.second.auth.use_count() <= 1; });
}

void ClientCertificateRules::add_findings(std::vector<Finding>& out,
                                          const std::set<std::string>& except) const {
  append_findings(out, findings_, except);
}

}  // namespace headgate::k8swatch
