#include "k8swatch/annotations/client_certificate.h"

#include <array>

#include "base/quoted.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array kRows = {
    AnnotationRow{"auth-tls-secret", AnnotationGroup::client_certificate, "`namespace/name`",
                  check_object_name, OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::medium,
                  "",
                  "Secret with the CA certificates (`ca.crt`, perhaps `ca.crl`) that clients' certificates "
                  "are judged by; without it no other key of this group has an effect"},
    AnnotationRow{"auth-tls-verify-client", AnnotationGroup::client_certificate,
                  "`on`, `off`, `optional` or `optional_no_ca`", check_verify_client, OnInvalid::use_default,
                  AnnotationScope::host, AnnotationRisk::medium, "on",
                  "Whether a client must show a certificate (`on`), may (`optional`), or may show one that "
                  "no known CA signed (`optional_no_ca`)"},
    AnnotationRow{"auth-tls-verify-depth", AnnotationGroup::client_certificate, "a number", check_depth,
                  OnInvalid::use_default, AnnotationScope::host, AnnotationRisk::low, "1",
                  "How many certificates may stand between the client's and the root"},
    AnnotationRow{
        "auth-tls-error-page", AnnotationGroup::client_certificate, "a URL with `http://` or `https://`",
        check_error_page, OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::high, "",
        "Where clients without a good certificate are redirected (302) in place of 400", "",
        "A named location (`@name`) or a path is not taken, clients get 400: there are no locations "
        "of nginx to go to"},
    AnnotationRow{"auth-tls-pass-certificate-to-upstream", AnnotationGroup::client_certificate,
                  kBooleanValues, check_boolean, OnInvalid::drop_ingress, AnnotationScope::host,
                  AnnotationRisk::low, "false",
                  "Sends the client's certificate to the pod in `ssl-client-cert`, PEM, URL-encoded"},
    AnnotationRow{"auth-tls-match-cn", AnnotationGroup::client_certificate, "`CN=` and a regular expression",
                  check_match_cn, OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::high, "",
                  "Subject that a client's certificate must have, else 403"},
};

VerifyClientMode mode_of(std::string_view text) {
  if (text == "off") return VerifyClientMode::off;
  if (text == "optional") return VerifyClientMode::optional;
  if (text == "optional_no_ca") return VerifyClientMode::optional_no_ca;
  return VerifyClientMode::on;
}

}  // namespace

std::span<const AnnotationRow> client_certificate_rows() { return kRows; }

std::optional<ClientCertificateAnnotations> read_client_certificate_annotations(AnnotationReader& reader) {
  const auto secret = reader.text("auth-tls-secret");
  if (!secret) return std::nullopt;
  ClientCertificateAnnotations result;
  if (!split_name_key(*secret))
    result.problem = quoted(*secret) + " is not of the form 'namespace/name'";
  else
    result.secret = *secret;
  result.verify = mode_of(reader.text("auth-tls-verify-client").value_or("on"));
  if (const auto depth = reader.number("auth-tls-verify-depth"); depth && *depth != 0) result.depth = *depth;
  if (const auto page = reader.text("auth-tls-error-page")) {
    // nginx goes on inside itself to "/path" and "@name"; here neither exists, and 400 is the safe answer.
    if (page->starts_with("http://") || page->starts_with("https://"))
      result.error_page = *page;
    else
      reader.note("auth-tls-error-page", OnInvalid::use_default,
                  quoted(*page) + " is not a URL with http:// or https://; clients get the 400 page");
  }
  result.pass_certificate = reader.boolean("auth-tls-pass-certificate-to-upstream").value_or(false);
  result.match_cn = reader.text("auth-tls-match-cn").value_or(std::string_view());
  return result;
}

}  // namespace headgate::k8swatch
