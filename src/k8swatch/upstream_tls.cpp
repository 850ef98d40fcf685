#include "k8swatch/upstream_tls.h"

#include <utility>

#include "k8swatch/secret_content.h"

namespace headgate::k8swatch {
namespace {

std::string key_of(const BackendTlsAnnotations& a) {
  std::string key = a.secret;
  for (const std::string_view part :
       {a.verify ? "verify" : "", a.send_name ? "sni" : "", a.tls12 ? "1.2" : "", a.tls13 ? "1.3" : ""})
    key.append("\n").append(part);
  return key + "\n" + std::to_string(a.depth) + "\n" + a.name + "\n" + a.ciphers;
}

std::string_view authorities_of(const Secret& secret) {
  for (const auto& [name, content] : secret.data)
    if (name == kAuthorityKey) return content;
  return {};
}

Result<tls::ClientSettings> settings_of(const BackendTlsAnnotations& annotations, const Secret& secret) {
  tls::ClientSettings settings;
  settings.tls12 = annotations.tls12;
  settings.tls13 = annotations.tls13;
  settings.ciphers = annotations.ciphers;
  settings.verify = annotations.verify;
  settings.depth = static_cast<int>(annotations.depth);
  settings.name = annotations.name;
  settings.send_name = annotations.send_name;
  settings.authorities = authorities_of(secret);
  settings.identity = secret.certificate;
  if (!secret.certificate_error.empty()) return fail(secret.certificate_error);
  if (settings.identity == nullptr && settings.authorities.empty())
    return fail("has neither tls.crt with tls.key nor ca.crt");
  if (settings.verify && settings.authorities.empty())
    return fail("has no ca.crt, which proxy-ssl-verify needs");
  return settings;
}

}  // namespace

bool UpstreamTls::allow_cross_namespace(bool allow) {
  return std::exchange(cross_namespace_, allow) != allow;
}

Result<std::shared_ptr<const tls::ClientContext>> UpstreamTls::find(const Ingress& ingress,
                                                                    const BackendTlsAnnotations& annotations,
                                                                    const Store& store) {
  if (!annotations.problem.empty()) return fail(annotations.problem);
  if (annotations.secret.empty()) return std::shared_ptr<const tls::ClientContext>();
  const std::string name = "Secret " + annotations.secret;
  if (!cross_namespace_ && !annotations.secret.starts_with(ingress.metadata.namespace_name + "/"))
    return fail(name + " is of another namespace, and allow-cross-namespace-resources is not true");
  const SecretRecord* const record = store.find_secret(annotations.secret);
  if (record == nullptr || record->secret == nullptr) return fail(name + " does not exist");
  Made& made = made_[key_of(annotations)];
  if (made.secret == record->secret)
    if (auto context = made.context.lock()) return context;
  auto settings = settings_of(annotations, *record->secret);
  if (!settings) return fail(name + " " + settings.error().message);
  auto context = tls::ClientContext::make(*std::move(settings));
  if (!context) return fail(name + " cannot be used: " + context.error().message);
  made = {record->secret, *context};
  auto result = *std::move(context);
  forget_unused();
  return result;
}

Result<std::shared_ptr<const tls::ClientContext>> UpstreamTls::for_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);  // RFC 6066 §3: a name is sent without it
  const auto known = of_hosts_.find(host);
  if (known != of_hosts_.end())
    if (auto context = known->second.lock()) return context;
  tls::ClientSettings settings;
  settings.name = host;
  settings.send_name = true;
  auto context = tls::ClientContext::make(std::move(settings));
  if (!context) return fail("TLS to '" + std::string(host) + "' is not possible: " + context.error().message);
  forget_unused();
  of_hosts_.insert_or_assign(std::string(host), *context);
  return *std::move(context);
}

void UpstreamTls::forget_unused() {
  std::erase_if(of_hosts_, [](const auto& each) { return each.second.expired(); });
  std::erase_if(made_, [](const auto& each) { return each.second.context.expired(); });
}

}  // namespace headgate::k8swatch
