#include "k8swatch/secret_content.h"

#include <cstring>

#include <algorithm>
#include <utility>

#include "k8swatch/content_hash.h"
#include "policy/digest_users.h"
#include "policy/password_hash.h"

namespace headgate::k8swatch {
namespace {

// The text of that key, which is no more in `data`.
std::string take(StringPairs& data, std::string_view key) {
  const auto at =
      std::find_if(data.begin(), data.end(), [key](const auto& pair) { return pair.first == key; });
  if (at == data.end()) return {};
  std::string text = std::move(at->second);
  data.erase(at);
  return text;
}

}  // namespace

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

bool is_kept_secret_key(std::string_view key) {
  return key == kCertificateKey || key == kPrivateKeyKey || key == kAuthorityKey || key == kRevocationKey ||
         key == kPasswordFileKey || key.starts_with(kTicketKeyPrefix);
}

bool is_kept_secret_entry(std::string_view key, std::string_view content) {
  return is_kept_secret_key(key) || policy::PasswordHash::is_marked(content) ||
         policy::DigestUsers::is_entry(without_line_end(content));
}

void seal_certificate(Secret& secret, tls::IntermediatePool& intermediates) {
  const std::string chain = take(secret.data, kCertificateKey);
  std::string key = take(secret.data, kPrivateKeyKey);
  if (chain.empty() || key.empty()) {
    secret.certificate_error = chain.empty() && key.empty() ? "holds neither tls.crt nor tls.key"
                               : chain.empty()              ? "holds no tls.crt"
                                                            : "holds no tls.key";
  } else if (auto certificate = tls::Certificate::from_pem(chain, key, &intermediates)) {
    secret.certificate = *std::move(certificate);
  } else {
    secret.certificate_error = certificate.error().message;
  }
  if (!chain.empty() || !key.empty()) secret.certificate_hash = content_hash(chain) * 31 + content_hash(key);
  explicit_bzero(key.data(), key.size());
}

}  // namespace headgate::k8swatch
