#include "k8swatch/annotations/client_certificate.h"

#include "base/quoted.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

VerifyClientMode mode_of(std::string_view text) {
  if (text == "off") return VerifyClientMode::off;
  if (text == "optional") return VerifyClientMode::optional;
  if (text == "optional_no_ca") return VerifyClientMode::optional_no_ca;
  return VerifyClientMode::on;
}

}  // namespace

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
