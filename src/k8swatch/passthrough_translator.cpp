#include "k8swatch/passthrough_translator.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/passthrough.h"
#include "k8swatch/host_rules.h"
#include "k8swatch/name_key.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kAnnotation = "ssl-passthrough";

bool same(const router::PassthroughHost& a, const router::PassthroughHost& b) {
  return a.cluster == b.cluster && a.namespace_name == b.namespace_name && a.ingress == b.ingress;
}

std::string goes_to(const Ingress& oldest, const router::VirtualHost& served) {
  return "by ssl-passthrough of Ingress " + name_key(oldest.metadata) + " all of it goes to " +
         served.passthrough()->name + " unopened";
}

}  // namespace

bool PassthroughTranslator::wanted(const std::string& host, const std::vector<RuleRef>& rules) const {
  return enabled_ && host != router::kDefaultHost && !rules.empty() &&
         wants_passthrough(*rules.front().ingress);
}

void PassthroughTranslator::update(const std::string& host, const std::vector<RuleRef>& rules,
                                   const router::VirtualHost* served) {
  std::vector<Finding> findings;
  HostPointer fresh = translate(host, rules, served, findings);
  if (findings.empty())
    findings_.erase(host);
  else
    findings_[host] = std::move(findings);

  const auto held = hosts_.find(host);
  const bool unchanged =
      fresh == nullptr ? held == hosts_.end() : held != hosts_.end() && same(*fresh, *held->second);
  if (unchanged) return;
  changes_.push_back({host, fresh});
  if (fresh != nullptr)
    hosts_[host] = std::move(fresh);
  else
    hosts_.erase(held);
}

PassthroughTranslator::HostPointer PassthroughTranslator::translate(const std::string& host,
                                                                    const std::vector<RuleRef>& rules,
                                                                    const router::VirtualHost* served,
                                                                    std::vector<Finding>& findings) const {
  const std::vector<const Ingress*> ingresses = ingresses_of(rules);
  const auto add = [&](Severity severity, const Ingress& ingress, std::string reason) {
    findings.push_back({severity, "Ingress " + name_key(ingress.metadata),
                        "metadata.annotations[" + prefix_ + "/" + std::string(kAnnotation) + "]",
                        std::move(reason)});
  };
  if (ingresses.empty()) return nullptr;
  const Ingress& oldest = *ingresses.front();
  if (!enabled_) {
    for (const Ingress* ingress : ingresses)
      if (wants_passthrough(*ingress))
        add(Severity::warning, *ingress,
            "has no effect without --enable-ssl-passthrough: TLS ends here, not at the pod");
    return nullptr;
  }
  if (!wants_passthrough(oldest)) {
    for (const Ingress* ingress : ingresses)
      if (wants_passthrough(*ingress))
        add(Severity::warning, *ingress,
            "has no effect for host '" + host + "': Ingress " + name_key(oldest.metadata) +
                ", which comes first, decides and has it not; TLS ends here");
    return nullptr;
  }
  if (host == router::kDefaultHost) {
    add(Severity::error, oldest,
        "has no effect for a rule without host: there is no server name to go by; TLS ends here");
    return nullptr;
  }
  if (served == nullptr || served->passthrough() == nullptr) {
    add(Severity::error, oldest,
        "has no effect for host '" + host +
            "', of which no rule has a Service for the path '/'; TLS ends here");
    return nullptr;
  }
  auto entry = std::make_shared<router::PassthroughHost>(host, served->passthrough());
  entry->namespace_name = oldest.metadata.namespace_name;
  entry->ingress = oldest.metadata.name;
  const router::Route* const root = served->find("/");
  for (const router::Route& route : served->routes())
    if (&route != root && route.path != "/" && route.action == router::RouteAction::forward)
      findings.push_back({Severity::warning, "Ingress " + route.namespace_name + "/" + route.ingress,
                          "spec.rules",
                          "host '" + host + "' path " + quoted(route.path) +
                              " is not served over HTTPS: " + goes_to(oldest, *served)});
  tell_of_useless(host, ingresses, *served, findings);
  return entry;
}

// Settings about TLS that ends here.
void PassthroughTranslator::tell_of_useless(const std::string& host,
                                            const std::vector<const Ingress*>& ingresses,
                                            const router::VirtualHost& served,
                                            std::vector<Finding>& findings) const {
  const std::string why = "has no effect for host '" + host + "': " + goes_to(*ingresses.front(), served);
  for (const Ingress* ingress : ingresses) {
    if (ingress->metadata.annotations.empty()) continue;
    AnnotationReader reader(*ingress, prefix_);
    const Metadata& metadata = ingress->metadata;
    const auto tell = [&](Severity severity, std::string_view annotation, const std::string& reason) {
      findings.push_back({severity, "Ingress " + name_key(metadata),
                          annotation_field(prefix_ + "/" + std::string(annotation)), reason});
    };
    const bool denied =
        std::any_of(served.routes().begin(), served.routes().end(), [&metadata](const router::Route& route) {
          return route.denied && route.namespace_name == metadata.namespace_name &&
                 route.ingress == metadata.name;
        });
    if (reader.text("auth-tls-secret"))
      tell(Severity::error, "auth-tls-secret",
           why + (denied ? "; over plain HTTP its paths are answered with 503" : ""));
    if (reader.text("ssl-ciphers")) tell(Severity::warning, "ssl-ciphers", why);
  }
}

bool PassthroughTranslator::wants_passthrough(const Ingress& ingress) const {
  if (ingress.metadata.annotations.empty()) return false;
  AnnotationReader reader(ingress, prefix_);
  return read_ssl_passthrough(reader);
}

std::shared_ptr<const router::PassthroughIndex> PassthroughTranslator::take_index() {
  if (index_ != nullptr && changes_.empty()) return nullptr;
  const router::PassthroughIndex before = index_ == nullptr ? router::PassthroughIndex() : *index_;
  index_ = std::make_shared<const router::PassthroughIndex>(before.with(std::exchange(changes_, {})));
  return index_;
}

void PassthroughTranslator::add_findings(std::vector<Finding>& out) const {
  append_findings(out, findings_, {});
}

std::set<std::string> PassthroughTranslator::hosts() const {
  std::set<std::string> names;
  for (const auto& [host, entry] : hosts_) names.insert(host);
  return names;
}

std::string PassthroughTranslator::dump() const {
  std::string out;
  for (const auto& [host, entry] : hosts_)
    out += "passthrough " + host + " -> " + entry->cluster->name + " (Ingress " + entry->namespace_name +
           "/" + entry->ingress + ")\n";
  return out;
}

}  // namespace headgate::k8swatch
