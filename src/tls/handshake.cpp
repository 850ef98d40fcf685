#include "tls/handshake.h"

#include <openssl/err.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>

#include "tls/certificate_state.h"
#include "tls/client_auth_state.h"
#include "tls/client_certificate.h"
#include "tls/ocsp.h"
#include "tls/server_name.h"
#include "tls/session_core.h"

namespace headgate::tls {
namespace {

Handshake& handshake_of(const SSL* ssl) { return *static_cast<Handshake*>(SSL_get_app_data(ssl)); }

std::string_view extension(SSL* ssl, unsigned type) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &data, &size) != 1) return {};
  return {reinterpret_cast<const char*>(data), size};
}

std::size_t number(std::string_view data, std::size_t at) {
  return (static_cast<std::size_t>(static_cast<unsigned char>(data[at])) << 8) |
         static_cast<unsigned char>(data[at + 1]);
}

// RFC 6066 §3: a list of one host_name. What is malformed is left to OpenSSL, which sends the alert for it.
std::string_view named_host(std::string_view data) {
  if (data.size() < 5 || number(data, 0) != data.size() - 2 || data[2] != TLSEXT_NAMETYPE_host_name)
    return {};
  const std::size_t size = number(data, 3);
  return size > data.size() - 5 ? std::string_view() : data.substr(5, size);
}

std::uint16_t highest_version(SSL* ssl) {
  auto highest = static_cast<std::uint16_t>(SSL_client_hello_get0_legacy_version(ssl));
  const std::string_view offered = extension(ssl, TLSEXT_TYPE_supported_versions);
  for (std::size_t at = 1; at + 1 < offered.size(); at += 2) {
    const auto version = static_cast<std::uint16_t>(number(offered, at));
    if ((version & 0xFF00) == 0x0300) highest = std::max(highest, version);  // not GREASE (RFC 8701)
  }
  return highest;
}

// Sessions are resumed inside one server name (RFC 6066 §3) and one rule for client certificates only. The
// same in every replica, as tickets are.
bool set_session_context(SSL* ssl, const Handshake& handshake) {
  std::string text;
  if (const ClientAuth* const auth = handshake.client_auth()) text = auth->digest();
  text += '\0';
  text += handshake.server_name;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return SSL_set_session_id_context(ssl, digest.data(), digest.size()) == 1;
}

// Lets everything pass: the answer to a bad certificate is HTTP. Of several errors OpenSSL keeps the last; a
// worse one that came before it is put back, so that it is not excused by an unknown CA.
int on_verify(int good, X509_STORE_CTX* context) {
  const auto* const ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  Handshake& handshake = handshake_of(ssl);
  if (good != 1) {
    const int error = X509_STORE_CTX_get_error(context);
    if (!lacks_only_a_known_ca(error)) handshake.verify_error = error;
  }
  if (handshake.verify_error != 0) X509_STORE_CTX_set_error(context, handshake.verify_error);
  return 1;
}

bool ask_for_certificate(SSL* ssl, const ClientAuth::State& auth) {
  NameListHandle names(SSL_dup_CA_list(auth.names.get()));
  if (names == nullptr || SSL_set1_verify_cert_store(ssl, auth.store.get()) != 1) return false;
  SSL_set_verify(ssl, SSL_VERIFY_PEER, on_verify);
  SSL_set_verify_depth(ssl, auth.depth);
  SSL_set0_CA_list(ssl, names.release());
  return true;
}

int on_client_hello(SSL* ssl, int* alert, void*) {
  Handshake& handshake = handshake_of(ssl);
  ServerNameBuffer buffer;
  handshake.server_name = normalise_server_name(named_host(extension(ssl, TLSEXT_TYPE_server_name)), buffer);
  handshake.version = highest_version(ssl);
  handshake.host = handshake.index->find(handshake.server_name);
  if (handshake.host == nullptr && handshake.settings->reject_handshake) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    handshake.refusal = "unrecognized name";
    return SSL_CLIENT_HELLO_ERROR;
  }
  *alert = SSL_AD_INTERNAL_ERROR;
  if (!set_session_context(ssl, handshake)) return SSL_CLIENT_HELLO_ERROR;
  if (handshake.host == nullptr) return SSL_CLIENT_HELLO_SUCCESS;
  const std::string& ciphers = handshake.host->ciphers;
  if (!ciphers.empty() && SSL_set_cipher_list(ssl, ciphers.c_str()) != 1) return SSL_CLIENT_HELLO_ERROR;
  const ClientAuth* const auth = handshake.client_auth();
  if (auth != nullptr && !ask_for_certificate(ssl, auth->state())) return SSL_CLIENT_HELLO_ERROR;
  return SSL_CLIENT_HELLO_SUCCESS;
}

bool use(SSL* ssl, const Certificate* certificate) {
  const Certificate::Parsed* const parsed = certificate == nullptr ? nullptr : certificate->parsed();
  if (parsed == nullptr) return false;
  const bool used =
      SSL_use_cert_and_key(ssl, parsed->leaf.get(), parsed->key.get(), parsed->chain.get(), 1) == 1;
  if (!used) ERR_clear_error();
  return used;
}

// Not called where a session is resumed. Of a pair OpenSSL takes the one that the client's signature
// algorithms and ciphers allow, ECDSA first.
int on_certificate(SSL* ssl, void*) {
  const Handshake& handshake = handshake_of(ssl);
  bool any = false;
  if (handshake.host != nullptr) {
    any = use(ssl, handshake.host->certificate.get());
    any = use(ssl, handshake.host->alternative.get()) || any;
  }
  if (!any) any = use(ssl, handshake.index->default_certificate().get());
  return any ? 1 : 0;
}

// Ours first. An empty list, which RFC 7301 forbids, has no overlap.
int on_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* list,
            unsigned size, void*) {
  const std::string_view offered(reinterpret_cast<const char*>(list), size);
  const auto select = [&](std::string_view wanted) {
    for (std::size_t at = 0; at < offered.size();) {
      const std::size_t length = static_cast<unsigned char>(offered[at]);
      if (length > offered.size() - at - 1) return false;
      if (offered.substr(at + 1, length) == wanted) {
        *out = list + at + 1;
        *out_size = static_cast<unsigned char>(length);
        return true;
      }
      at += 1 + length;
    }
    return false;
  };
  if (handshake_of(ssl).settings->http2 && select("h2")) return SSL_TLSEXT_ERR_OK;
  return select("http/1.1") ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Called once the certificate is chosen, where the client asks for a staple.
int on_status_request(SSL* ssl, void*) {
  const std::shared_ptr<const OcspStaple> staple = chosen_certificate(handshake_of(ssl), ssl)->staple();
  if (staple == nullptr || staple->next_update <= std::time(nullptr)) return SSL_TLSEXT_ERR_NOACK;
  const std::string& response = staple->response;
  auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(response.data(), response.size()));
  if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));  // ssl's now
  return SSL_TLSEXT_ERR_OK;
}

// To set a key's type, even to what it is, drops the key itself.
void empty(EVP_PKEY* key) {
  EVP_PKEY_set_type(key, EVP_PKEY_get_id(key));
  EVP_PKEY_free(key);
}

}  // namespace

void install_handshake(SSL_CTX* context, const ServerSettings& settings) {
  SSL_CTX_set_client_hello_cb(context, on_client_hello, nullptr);
  SSL_CTX_set_cert_cb(context, on_certificate, nullptr);
  SSL_CTX_set_alpn_select_cb(context, on_alpn, nullptr);
  count_key_updates(context);
  if (settings.ocsp) SSL_CTX_set_tlsext_status_cb(context, on_status_request);
}

void attach_handshake(SSL* ssl, Handshake& handshake) { SSL_set_app_data(ssl, &handshake); }

void forget_key_exchange(SSL* ssl) {
  EVP_PKEY* key = nullptr;
  if (SSL_get_tmp_key(ssl, &key) == 1) empty(key);
  if (SSL_get_peer_tmp_key(ssl, &key) == 1) empty(key);
}

std::shared_ptr<const Certificate> chosen_certificate(const Handshake& handshake, const SSL* ssl) {
  const auto& fallback = handshake.index->default_certificate();
  if (handshake.host == nullptr || handshake.host->certificate == nullptr) return fallback;
  const X509* const used = SSL_get_certificate(ssl);
  if (used == nullptr) return handshake.host->certificate;  // resumed
  for (const auto& candidate : {handshake.host->certificate, handshake.host->alternative}) {
    const Certificate::Parsed* const parsed = candidate == nullptr ? nullptr : candidate->parsed();
    if (parsed != nullptr && parsed->leaf.get() == used) return candidate;
  }
  return fallback;
}

std::string version_name(std::uint16_t version) {
  switch (version) {
    case SSL3_VERSION:
      return "SSL 3.0";
    case TLS1_VERSION:
      return "TLS 1.0";
    case TLS1_1_VERSION:
      return "TLS 1.1";
    case TLS1_2_VERSION:
      return "TLS 1.2";
    case TLS1_3_VERSION:
      return "TLS 1.3";
    default:
      return "unknown version";
  }
}

}  // namespace headgate::tls
