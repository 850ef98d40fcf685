#include "k8swatch/annotations/ciphers.h"

#include <array>
#include <utility>

#include "base/quoted.h"
#include "k8swatch/annotations/rows.h"
#include "k8swatch/annotations/values.h"
#include "tls/cipher_list.h"

namespace headgate::k8swatch {
namespace {

constexpr std::array kRows = {
    AnnotationRow{
        "ssl-ciphers", AnnotationGroup::ciphers, "an OpenSSL cipher list", check_cipher_list,
        OnInvalid::drop_ingress, AnnotationScope::host, AnnotationRisk::low, "",
        "TLS 1.2 ciphers of the host (default: ConfigMap `ssl-ciphers`)", "",
        "Ciphers without forward secrecy or authenticated encryption are left out: they are broken"},
    AnnotationRow{"ssl-prefer-server-ciphers", AnnotationGroup::ciphers, kBooleanValues, check_boolean,
                  OnInvalid::use_default, AnnotationScope::host, AnnotationRisk::low, "true",
                  "Accepted; the server's order of ciphers always counts", "",
                  "`false` has no effect: a client's order gains nothing among the ciphers offered"},
};

}  // namespace

std::span<const AnnotationRow> ciphers_rows() { return kRows; }
std::string read_ssl_ciphers(AnnotationReader& reader) {
  // The server's order always counts: only the value is judged, and told where a user expects the other.
  if (reader.boolean("ssl-prefer-server-ciphers") == false)
    reader.note("ssl-prefer-server-ciphers", OnInvalid::use_default,
                "'false' has no effect: the server's order of ciphers always counts");
  const auto text = reader.text("ssl-ciphers");
  if (!text) return {};
  auto list = tls::read_cipher_list(*text);
  if (!list) {
    reader.note("ssl-ciphers", OnInvalid::use_default, list.error().message + "; the global list is used");
    return {};
  }
  if (!list->refused.empty())
    reader.note(
        "ssl-ciphers", OnInvalid::use_default,
        "of it not used for want of forward secrecy or authenticated encryption: " + listed(list->refused));
  if (!list->unknown.empty())
    reader.note("ssl-ciphers", OnInvalid::use_default,
                "passed over for naming no cipher of TLS 1.2 that is known here: " + listed(list->unknown));
  return std::move(list->usable);
}

}  // namespace headgate::k8swatch
