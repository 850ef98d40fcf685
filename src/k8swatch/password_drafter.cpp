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

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

policy::PasswordList read_map(const Secret& secret, std::vector<Error>& errors) {
  policy::PasswordList list;
  for (const auto& [name, hash] : secret.data)
    if (const std::string_view text = without_line_end(hash); policy::PasswordHash::is_marked(text))
      if (const auto added = list.add(name, text); !added)
        errors.push_back({"data[" + name.substr(0, kQuotedBytes) + "] " + added.error().message});
  return list;
}

}  // namespace

PasswordDraft draft_passwords(const Ingress& ingress, const AuthenticationAnnotations& annotations,
                              const Store& store, bool cross_namespace, std::string_view prefix,
                              std::vector<Finding>& findings) {
  PasswordDraft draft;
  using Type = AuthenticationAnnotations::Type;
  if (annotations.type == Type::none) return draft;
  if (annotations.type == Type::digest || annotations.secret.empty()) {  // told with the Ingress
    draft.denied = true;
    return draft;
  }
  const std::string name = "Secret " + annotations.secret;
  const auto tell = [&](Severity severity, std::string reason) {
    findings.push_back({severity, "Ingress " + name_key(ingress.metadata),
                        annotation_field(std::string(prefix) + "/" + std::string(kSecretAnnotation)),
                        std::move(reason)});
  };
  const auto deny = [&](const std::string& reason) {
    draft.denied = true;
    tell(Severity::error, reason + "; every path of this Ingress answers 503");
    return std::move(draft);
  };
  if (!cross_namespace && !annotations.secret.starts_with(ingress.metadata.namespace_name + "/"))
    return deny(name + " is of another namespace, and allow-cross-namespace-resources is not true");
  const SecretRecord* const record = store.find_secret(annotations.secret);
  if (record == nullptr || record->secret == nullptr) return deny(name + " does not exist");
  const Secret& secret = *record->secret;
  std::vector<Error> errors;
  policy::PasswordList list;
  if (annotations.secret_map) {
    list = read_map(secret, errors);
  } else {
    const std::string* file = nullptr;
    for (const auto& [key, content] : secret.data)
      if (key == kPasswordFileKey) file = &content;
    if (file == nullptr) return deny(name + " has no key '" + std::string(kPasswordFileKey) + "'");
    list = policy::PasswordList::parse_file(*file, errors);
  }
  constexpr std::size_t kMostTold = 10;  // a file may have thousands of lines
  for (std::size_t i = 0; i < errors.size() && i < kMostTold; ++i)
    tell(Severity::warning, name + ": " + errors[i].message + "; it lets nobody in");
  if (errors.size() > kMostTold)
    tell(Severity::warning,
         name + ": " + std::to_string(errors.size() - kMostTold) + " more entries let nobody in");
  if (list.empty()) tell(Severity::warning, name + " names nobody; every request is answered with 401");
  draft.step = policy::BasicAuth{std::make_shared<const policy::PasswordList>(std::move(list)),
                                 annotations.realm, name, ingress.metadata.namespace_name};
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
