#include "k8swatch/annotations/ciphers.h"

#include <utility>

#include "base/quoted.h"
#include "tls/cipher_list.h"

namespace headgate::k8swatch {
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
