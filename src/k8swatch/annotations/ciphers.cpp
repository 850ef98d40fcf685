#include "k8swatch/annotations/ciphers.h"

namespace headgate::k8swatch {

std::string read_ssl_ciphers(AnnotationReader& reader) {
  // The server's order always counts: only the value is judged, and told where a user expects the other.
  if (reader.boolean("ssl-prefer-server-ciphers") == false)
    reader.note("ssl-prefer-server-ciphers", OnInvalid::use_default,
                "'false' is accepted and has no effect: the server's order of ciphers always counts");
  return std::string(reader.text("ssl-ciphers").value_or(std::string_view()));
}

}  // namespace headgate::k8swatch
