#include "k8swatch/password_drafter.h"

#include <memory>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/ingress_host.h"
#include "k8swatch/name_key.h"
#include "k8swatch/secret_content.h"
#include "router/model.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kSecretAnnotation = "auth-secret";

policy::PasswordList read_map(const Secret& secret, std::vector<Error>& errors) {
  policy::PasswordList list;
  for (const auto& [name, hash] : secret.data)
    if (const std::string_view text = without_line_end(hash); policy::PasswordHash::is_marked(text))
      if (const auto added = list.add(name, text); !added)
        errors.push_back({"data[" + name.substr(0, kQuotedBytes) + "] " + added.error().message});
  return list;
}

// Names, each with "realm:hash". All else may be there too.
policy::DigestUsers read_digest_map(const Secret& secret, std::string_view realm,
                                    std::vector<Error>& errors) {
  policy::DigestUsers users;
  for (const auto& [name, entry] : secret.data)
    if (const std::string_view text = without_line_end(entry); policy::DigestUsers::is_entry(text))
      if (const auto added = users.add(name, text, realm); !added)
        errors.push_back({"data[" + name.substr(0, kQuotedBytes) + "] " + added.error().message});
  return users;
}

}  // namespace

PasswordDraft draft_passwords(const Ingress& ingress, const AuthenticationAnnotations& annotations,
                              const PolicySources& sources, std::vector<Finding>& findings) {
  PasswordDraft draft;
  using Type = AuthenticationAnnotations::Type;
  if (annotations.type == Type::none) return draft;
  if (annotations.secret.empty()) {  // told with the Ingress
    draft.denied = true;
    return draft;
  }
  const std::string name = "Secret " + annotations.secret;
  const auto tell = [&](Severity severity, std::string reason) {
    findings.push_back(
        {severity, "Ingress " + name_key(ingress.metadata),
         annotation_field(std::string(sources.annotation_prefix) + "/" + std::string(kSecretAnnotation)),
         std::move(reason)});
  };
  const auto deny = [&](const std::string& reason) {
    draft.denied = true;
    tell(Severity::error, reason + "; every path of this Ingress answers 503");
    return std::move(draft);
  };
  if (!sources.defaults.cross_namespace &&
      !annotations.secret.starts_with(ingress.metadata.namespace_name + "/"))
    return deny(name + " is of another namespace, and allow-cross-namespace-resources is not true");
  const SecretRecord* const record = sources.store.find_secret(annotations.secret);
  if (record == nullptr || record->secret == nullptr) return deny(name + " does not exist");
  const Secret& secret = *record->secret;
  std::vector<Error> errors;
  const std::string* file = nullptr;
  for (const auto& [key, content] : secret.data)
    if (key == kPasswordFileKey) file = &content;
  if (!annotations.secret_map && file == nullptr)
    return deny(name + " has no key '" + std::string(kPasswordFileKey) + "'");
  bool nobody = false;
  if (annotations.type == Type::digest) {
    auto users = annotations.secret_map ? read_digest_map(secret, annotations.realm, errors)
                                        : policy::DigestUsers::parse_file(*file, annotations.realm, errors);
    nobody = users.empty();
    draft.digest =
        policy::DigestAuth{std::make_shared<const policy::DigestUsers>(std::move(users)),
                           sources.nonce_zones.zone_of(name_key(ingress.metadata)), annotations.realm, name};
  } else {
    auto users =
        annotations.secret_map ? read_map(secret, errors) : policy::PasswordList::parse_file(*file, errors);
    nobody = users.empty();
    draft.basic = policy::BasicAuth{std::make_shared<const policy::PasswordList>(std::move(users)),
                                    annotations.realm, name, ingress.metadata.namespace_name};
  }
  constexpr std::size_t kMostTold = 10;  // a file may have thousands of lines
  for (std::size_t i = 0; i < errors.size() && i < kMostTold; ++i)
    tell(Severity::warning, name + ": " + errors[i].message + "; it lets nobody in");
  if (errors.size() > kMostTold)
    tell(Severity::warning,
         name + ": " + std::to_string(errors.size() - kMostTold) + " more entries let nobody in");
  if (nobody) {
    const std::string in_realm =
        annotations.type == Type::digest ? " of the realm " + quoted(annotations.realm) : "";
    tell(Severity::warning, name + " names nobody" + in_realm + "; every request is answered with 401");
  }
  return draft;
}

void add_hosts_of_passwords(const Changes& changes, const Store& store, std::string_view prefix,
                            std::set<std::string>& hosts) {
  for (const std::string& key : changes.secrets) {
    const SecretRecord* const record = store.find_secret(key);
    if (record == nullptr) continue;
    for (const Ingress* user : record->users) {
      AnnotationReader reader(*user, prefix);
      if (read_authentication_annotations(reader).secret != key) continue;  // named for something else
      add_hosts_of(*user, hosts);
    }
  }
}

}  // namespace headgate::k8swatch
