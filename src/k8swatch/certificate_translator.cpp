#include "k8swatch/certificate_translator.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/log.h"
#include "k8swatch/host_rules.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"
#include "k8swatch/tls_entries.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

std::int64_t system_seconds() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
}

bool same(const tls::HostTls& a, const tls::HostTls& b) {
  return a.certificate == b.certificate && a.alternative == b.alternative &&
         a.certificate_secret == b.certificate_secret && a.alternative_secret == b.alternative_secret &&
         a.client_auth == b.client_auth && a.ciphers == b.ciphers;
}

std::vector<Finding> validity_of(const CertificateChoice& choice, std::int64_t now) {
  std::vector<Finding> findings = check_validity(choice.main, now);
  for (Finding& finding : check_validity(choice.alternative, now)) findings.push_back(std::move(finding));
  return findings;
}

std::string text_of(const SecretCertificate& used) {
  const tls::CertificateFacts& facts = used.certificate->facts();
  return "Secret " + used.secret + " " + std::string(to_string(facts.key_type)) + " " + facts.fingerprint;
}

}  // namespace

// One translate(): what it looks at, and what came of it.
class CertificateTranslator::Pass {
 public:
  explicit Pass(CertificateTranslator& owner) : owner_(owner) {}

  std::set<std::string> dirty_hosts(const Changes& changes, bool all) {
    std::set<std::string> hosts = changes.hosts;
    if (all) owner_.store_.for_each_host([&](const std::string& host) { hosts.insert(host); });
    for (const std::string& key : changes.secrets) {
      const SecretRecord* record = owner_.store_.find_secret(key);
      if (record == nullptr) continue;
      const auto name = split_name_key(key);
      if (!name) continue;
      for (const Ingress* user : record->users)
        for (std::string& host : entries_of(*user).hosts_using(name->name)) hosts.insert(std::move(host));
    }
    for (const std::set<std::string>* others :
         {&owner_.rules_.changed_hosts(), &owner_.ciphers_.changed_hosts()})
      hosts.insert(others->begin(), others->end());
    add_hosts_below_wildcards(hosts);
    hosts.erase(std::string(router::kDefaultHost));  // no server name leads there
    return hosts;
  }

  void look_at(const std::string& host) {
    const std::vector<const Ingress*> ingresses =
        ingresses_of(rules_in_order(owner_.store_, owner_.classes_, host));
    const auto first = std::find_if(ingresses.begin(), ingresses.end(), [&](const Ingress* ingress) {
      return !ingress->tls.empty() && owns_host_with(*ingress, *ingresses.front());
    });
    owner_.note_tls(host, first != ingresses.end());

    std::vector<Finding> findings;
    std::vector<Finding> validity;
    std::optional<Finding> without;
    std::shared_ptr<tls::HostTls> fresh;
    if (first == ingresses.end()) {
      owner_.choices_.erase(host);
      if (!ingresses.empty() && needs_entry(host)) fresh = borrow_from_wildcard(host);
    } else {
      const Ingress& ingress = **first;
      CertificateChoice choice =
          choose_certificate(host, ingress, entries_of(ingress), owner_.store_, findings);
      fresh = std::make_shared<tls::HostTls>(host, choice.main.certificate);
      fresh->alternative = choice.alternative.certificate;
      fresh->certificate_secret = choice.main.secret;
      fresh->alternative_secret = choice.alternative.secret;
      validity = validity_of(choice, owner_.now());
      if (choice.main.certificate == nullptr && findings.empty())
        without = {Severity::warning, "Ingress " + name_key(ingress.metadata), "spec.tls",
                   "has no certificate for '" + host + "'"};
      owner_.choices_[host] = std::move(choice);
    }
    if (fresh != nullptr) {
      const ClientCertificateRules::HostRules& host_rules = owner_.rules_.of(host);
      if (host_rules.client_certificate != nullptr) fresh->client_auth = host_rules.client_certificate->auth;
      fresh->ciphers = owner_.ciphers_.of(host);
    }
    const Ingress* const decides = first == ingresses.end() ? nullptr : *first;
    for (const Ingress* ingress : ingresses)
      if (ingress != decides) tell_loser(host, *ingress, *ingresses.front(), decides, findings);
    keep_findings(owner_.findings_, host, std::move(findings));
    keep_findings(owner_.validity_findings_, host, std::move(validity));
    if (without)
      owner_.without_certificate_[host] = *std::move(without);
    else
      owner_.without_certificate_.erase(host);

    const std::shared_ptr<const tls::HostTls> old = owner_.index_->hosts().find_declared(host);
    if (old == nullptr && fresh == nullptr) return;
    if (old != nullptr && fresh != nullptr && same(*old, *fresh)) return;
    changes_.push_back({host, std::move(fresh)});
  }

  [[nodiscard]] const std::vector<tls::HostTlsChange>& changes() const { return changes_; }

 private:
  // Where the Ingress, which does not decide, lists a certificate for the host. `decides`: null where nobody
  // does.
  void tell_loser(const std::string& host, const Ingress& ingress, const Ingress& oldest,
                  const Ingress* decides, std::vector<Finding>& findings) {
    if (ingress.tls.empty()) return;
    for (const std::uint32_t entry : entries_of(ingress).listing(host)) {
      const auto tell = [&](const std::string& why) {
        findings.push_back({Severity::warning, "Ingress " + name_key(ingress.metadata),
                            "spec.tls[" + std::to_string(entry) + "]",
                            why + "; the certificate of this Ingress is not used for it"});
      };
      if (!owns_host_with(ingress, oldest))
        tell(not_the_owner(host, oldest));
      else if (decides != nullptr && !has_secret(*decides, host, ingress.tls[entry].secret_name))
        tell("host '" + host + "' follows Ingress " + name_key(decides->metadata) + ", which comes first");
    }
  }

  [[nodiscard]] bool has_secret(const Ingress& ingress, const std::string& host, const std::string& secret) {
    const std::vector<std::uint32_t>& listing = entries_of(ingress).listing(host);
    return secret.empty() || std::any_of(listing.begin(), listing.end(), [&](std::uint32_t entry) {
             return ingress.tls[entry].secret_name == secret;
           });
  }

  static std::string wildcard_above(const std::string& host) {
    const std::size_t dot = host.find('.');
    return dot == std::string::npos ? std::string() : "*" + host.substr(dot);
  }

  // A host without TLS of its own has an entry where its handshakes differ from those of the wildcard above
  // it, or of no host: the rules for clients' certificates and ciphers are of one host.
  [[nodiscard]] bool needs_entry(const std::string& host) const {
    const auto has_rules = [this](const std::string& name) {
      return owner_.rules_.of(name).client_certificate != nullptr || !owner_.ciphers_.of(name).empty();
    };
    return owner_.enters_all_hosts_ || has_rules(host) ||
           (!host.starts_with('*') && has_rules(wildcard_above(host)));
  }

  // With the certificates that answer for the host without an entry.
  [[nodiscard]] std::shared_ptr<tls::HostTls> borrow_from_wildcard(const std::string& host) const {
    const auto at = owner_.choices_.find(wildcard_above(host));
    if (at == owner_.choices_.end()) return std::make_shared<tls::HostTls>(host, nullptr);
    auto result = std::make_shared<tls::HostTls>(host, at->second.main.certificate);
    result->alternative = at->second.alternative.certificate;
    result->certificate_secret = at->second.main.secret;
    result->alternative_secret = at->second.alternative.secret;
    return result;
  }

  // Those that borrow come after the wildcard ('*' sorts before every letter).
  void add_hosts_below_wildcards(std::set<std::string>& hosts) const {
    std::set<std::string> wildcards;
    for (const std::string& host : hosts)
      if (host.starts_with("*.")) wildcards.insert(host);
    if (wildcards.empty()) return;
    owner_.store_.for_each_host([&](const std::string& host) {
      if (!wildcards.contains(wildcard_above(host)) || owner_.choices_.contains(host)) return;
      if (needs_entry(host) || owner_.index_->hosts().find_declared(host) != nullptr) hosts.insert(host);
    });
  }

  const TlsEntries& entries_of(const Ingress& ingress) {
    return entries_.try_emplace(&ingress, ingress).first->second;
  }

  CertificateTranslator& owner_;
  std::map<const Ingress*, TlsEntries> entries_;
  std::vector<tls::HostTlsChange> changes_;
};

CertificateTranslator::CertificateTranslator(CertificateOptions options, const Store& store,
                                             const IngressClassRules& classes,
                                             const ClientCertificateRules& rules, const CipherRules& ciphers)
    : options_(std::move(options)), store_(store), classes_(classes), rules_(rules), ciphers_(ciphers) {
  if (!options_.make_fake) options_.make_fake = tls::Certificate::make_fake;
  if (!options_.wall_seconds) options_.wall_seconds = system_seconds;
}

bool CertificateTranslator::enter_all_hosts(bool all) { return std::exchange(enters_all_hosts_, all) != all; }

bool CertificateTranslator::translate(const Changes& changes, bool all) {
  changed_tls_.clear();
  bool changed = false;
  if (index_ == nullptr || changes.secrets.contains(options_.default_secret)) changed = update_default();

  Pass pass(*this);
  for (const std::string& host : pass.dirty_hosts(changes, all)) pass.look_at(host);
  if (pass.changes().empty()) return changed;
  index_ = std::make_shared<const tls::CertificateIndex>(index_->with(pass.changes()));
  return true;
}

bool CertificateTranslator::update_default() {
  const std::string& key = options_.default_secret;
  constexpr std::string_view kFakeServes = "the generated certificate is used";
  default_findings_.clear();
  SecretCertificate found;
  if (!key.empty()) {
    const SecretRecord* record = store_.find_secret(key);
    if (record == nullptr || record->secret == nullptr) {
      default_findings_.push_back(
          {Severity::error, "Secret " + key, "",
           "named by --default-ssl-certificate, does not exist; " + std::string(kFakeServes)});
    } else {
      default_findings_ = check_certificate_secret(key, *record, kFakeServes);
      if (record->certificate != nullptr) found = {record->certificate, key};
    }
  }
  keep_findings(validity_findings_, "", check_validity(found, now()));
  if (index_ != nullptr && found == default_) return false;
  default_ = std::move(found);
  const auto certificate = default_.certificate != nullptr ? default_.certificate : fallback();
  index_ = std::make_shared<const tls::CertificateIndex>(
      index_ == nullptr ? tls::CertificateIndex(certificate, default_.secret)
                        : index_->with_default(certificate, default_.secret));
  return true;
}

// Where no --default-ssl-certificate serves.
std::shared_ptr<const tls::Certificate> CertificateTranslator::fallback() {
  if (fake_ != nullptr) return fake_;
  auto made = options_.make_fake();
  if (made) return fake_ = *std::move(made);
  const std::string reason = "cannot make a certificate of our own: " + made.error().message;
  if (index_ == nullptr) throw std::runtime_error(reason);
  log::error(reason + "; the default certificate before serves on");
  return index_->default_certificate();
}

bool CertificateTranslator::has_tls(std::string_view host) const {
  if (choices_.contains(host)) return true;
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && choices_.contains("*" + std::string(host.substr(dot)));
}

// Called before `choices_` changes for `host`.
void CertificateTranslator::note_tls(const std::string& host, bool has_tls) {
  if (choices_.contains(host) == has_tls) return;
  changed_tls_.insert(host);
  if (!host.starts_with("*.")) return;
  // A wildcard's TLS is that of every host below it. Wildcards come and go seldom enough to look at all.
  store_.for_each_host([&](const std::string& other) {
    const std::size_t dot = other.find('.');
    if (dot != std::string::npos && std::string_view(other).substr(dot) == std::string_view(host).substr(1))
      changed_tls_.insert(other);
  });
}

std::int64_t CertificateTranslator::now() const { return options_.wall_seconds(); }

bool CertificateTranslator::check_validity_again() {
  HostFindings fresh;
  const std::int64_t time = now();
  keep_findings(fresh, "", check_validity(default_, time));
  for (const auto& [host, choice] : choices_) keep_findings(fresh, host, validity_of(choice, time));
  if (fresh == validity_findings_) return false;
  validity_findings_ = std::move(fresh);
  return true;
}

void CertificateTranslator::add_findings(std::vector<Finding>& out,
                                         const std::set<std::string>& except) const {
  out.insert(out.end(), default_findings_.begin(), default_findings_.end());
  append_findings(out, findings_, except);
  append_findings(out, validity_findings_, except);
  for (const auto& [host, finding] : without_certificate_) {
    if (except.contains(host) || index_->default_certificate()->covers(host)) continue;
    out.push_back(finding);
    out.back().reason += ", and the default certificate, which is used, is not for it either";
  }
}

std::string CertificateTranslator::dump(const std::set<std::string>& except) const {
  std::string out;
  if (!options_.default_secret.empty())
    out +=
        "default certificate: " + (default_.certificate == nullptr ? "generated" : text_of(default_)) + "\n";
  for (const auto& [host, choice] : choices_) {
    if (except.contains(host)) continue;
    out += "certificate of " + host + ": ";
    out += choice.main.certificate == nullptr ? "default" : text_of(choice.main);
    if (choice.alternative.certificate != nullptr) out += ", " + text_of(choice.alternative);
    out += "\n";
  }
  return out;
}

}  // namespace headgate::k8swatch
