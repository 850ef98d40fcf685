#include "k8swatch/annotations/ciphers.h"

#include <utility>
#include <vector>

#include "tls/cipher_list.h"

namespace headgate::k8swatch {
namespace {

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 4;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kShown) text += " and " + std::to_string(names.size() - kShown) + " more";
  return text;
}

}  // namespace

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
        "of it not used for want of forward secrecy or authenticated encryption: " + joined(list->refused));
  return std::move(list->usable);
}

}  // namespace headgate::k8swatch
