#include "k8swatch/annotations/registry.h"

#include <algorithm>
#include <array>

#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

using enum AnnotationGroup;
using enum OnInvalid;
using enum AnnotationRisk;
using Scope = AnnotationScope;

constexpr std::string_view kBool = "`true` or `false`";

constexpr std::array kRows = {
    AnnotationRow{"ssl-redirect", redirect, kBool, check_boolean, use_default, Scope::path, low, "true",
                  "Redirects plain HTTP to HTTPS where the host has TLS (default: ConfigMap `ssl-redirect`)"},
    AnnotationRow{"force-ssl-redirect", redirect, kBool, check_boolean, use_default, Scope::path, medium,
                  "false",
                  "Redirects plain HTTP to HTTPS whether or not the host has TLS (default: ConfigMap "
                  "`force-ssl-redirect`)"},
    AnnotationRow{"preserve-trailing-slash", redirect, kBool, check_boolean, use_default, Scope::path, medium,
                  "false", "Keeps a `/` that ends the request target when redirecting to HTTPS"},
    AnnotationRow{"use-port-in-redirects", redirect, kBool, check_boolean, use_default, Scope::path, low,
                  "false",
                  "Writes the port into redirects to HTTPS and into those that add a `/` (default: ConfigMap "
                  "`use-port-in-redirects`)"},
    AnnotationRow{"auth-tls-secret", client_certificate, "`namespace/name`", check_secret_name, drop_ingress,
                  Scope::host, medium, "",
                  "Secret with the CA certificates (`ca.crt`, perhaps `ca.crl`) that clients' certificates "
                  "are judged by; without it no other key of this group has an effect"},
    AnnotationRow{"auth-tls-verify-client", client_certificate, "`on`, `off`, `optional` or `optional_no_ca`",
                  check_verify_client, use_default, Scope::host, medium, "on",
                  "Whether a client must show a certificate (`on`), may (`optional`), or may show one that "
                  "no known CA signed (`optional_no_ca`)"},
    AnnotationRow{"auth-tls-verify-depth", client_certificate, "a number", check_depth, use_default,
                  Scope::host, low, "1", "How many certificates may stand between the client's and the root"},
    AnnotationRow{"auth-tls-error-page", client_certificate, "a URL with `http://` or `https://`",
                  check_error_page, drop_ingress, Scope::host, high, "",
                  "Where clients without a good certificate are redirected (302) in place of 400"},
    AnnotationRow{"auth-tls-pass-certificate-to-upstream", client_certificate, kBool, check_boolean,
                  drop_ingress, Scope::host, low, "false",
                  "Sends the client's certificate to the pod in `ssl-client-cert`, PEM, URL-encoded"},
    AnnotationRow{"auth-tls-match-cn", client_certificate, "`CN=` and a regular expression", check_match_cn,
                  drop_ingress, Scope::host, high, "",
                  "Subject that a client's certificate must have, else 403"},
    AnnotationRow{
        "ssl-passthrough", passthrough, kBool, check_boolean, drop_ingress, Scope::host, low, "false",
        "Hands TLS connections for the host to the pod unopened; needs --enable-ssl-passthrough. Other "
        "requests for it are redirected or get 421 (ingress-nginx sends them on over TLS)"},
    AnnotationRow{"ssl-ciphers", ciphers, "an OpenSSL cipher list", check_cipher_list, drop_ingress,
                  Scope::host, low, "", "TLS 1.2 ciphers of the host (default: ConfigMap `ssl-ciphers`)"},
    AnnotationRow{"ssl-prefer-server-ciphers", ciphers, kBool, check_boolean, use_default, Scope::host, low,
                  "true", "Accepted; the server's order of ciphers always counts"},
    AnnotationRow{
        "service-upstream", backend, kBool, check_boolean, use_default, Scope::path, low, "false",
        "Sends requests to the address of the Service (clusterIP) instead of its pods, where it has "
        "one (default: ConfigMap `service-upstream`)"},
};

}  // namespace

std::span<const AnnotationRow> annotation_table() { return kRows; }

const AnnotationRow* find_annotation(std::string_view name) {
  const auto at = std::find_if(kRows.begin(), kRows.end(), [name](const AnnotationRow& row) {
    return row.name == name || (!row.alias.empty() && row.alias == name);
  });
  return at == kRows.end() ? nullptr : &*at;
}

std::string_view title_of(AnnotationGroup group) {
  switch (group) {
    case redirect:
      return "Redirects to HTTPS";
    case client_certificate:
      return "Client certificates";
    case passthrough:
      return "TLS passthrough";
    case ciphers:
      return "Ciphers";
    case backend:
      return "Backends";
  }
  return "?";
}

std::string_view to_string(AnnotationScope scope) {
  switch (scope) {
    case Scope::path:
      return "path";
    case Scope::host:
      return "host";
  }
  return "?";
}

std::string_view to_string(AnnotationRisk risk) {
  switch (risk) {
    case low:
      return "Low";
    case medium:
      return "Medium";
    case high:
      return "High";
    case critical:
      return "Critical";
  }
  return "?";
}

}  // namespace headgate::k8swatch
