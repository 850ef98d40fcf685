// What is kept of a Secret's data: a handful of keys, and of tls.key nothing but the Certificate it makes.
#pragma once

#include <string_view>

#include "k8swatch/objects.h"
#include "tls/intermediate.h"

namespace headgate::k8swatch {

inline constexpr std::string_view kCertificateKey = "tls.crt";
inline constexpr std::string_view kPrivateKeyKey = "tls.key";
inline constexpr std::string_view kAuthorityKey = "ca.crt";
inline constexpr std::string_view kRevocationKey = "ca.crl";
// auth-secret of the type auth-file.
inline constexpr std::string_view kPasswordFileKey = "auth";
// Session ticket keys: every key that begins so.
inline constexpr std::string_view kTicketKeyPrefix = "ticket-key";

// Whether Headgate reads that key of a Secret. All others (passwords of applications, releases of Helm …)
// are dropped while the Secret is decoded.
bool is_kept_secret_key(std::string_view key);
// Likewise, with what it holds: of auth-map Secrets any key is a user's name, and only what is marked as the
// hash of a password is kept.
bool is_kept_secret_entry(std::string_view key, std::string_view content);

// As files of editors have it, and Secrets made of them.
std::string_view without_line_end(std::string_view text);

// Takes tls.crt and tls.key out of `secret.data` and sets `certificate`, `certificate_error` and
// `certificate_hash`; the text of the private key is overwritten. Intermediates go through the pool.
void seal_certificate(Secret& secret, tls::IntermediatePool& intermediates);

}  // namespace headgate::k8swatch
