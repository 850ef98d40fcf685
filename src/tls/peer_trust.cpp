#include "tls/peer_trust.h"

#include <openssl/err.h>

#include <utility>
#include <vector>

#include "tls/openssl_handles.h"
#include "tls/pem.h"
#include "tls/private_key.h"

namespace headgate::tls {

struct PeerTrust::State {
  bool any_server = false;
  StoreHandle store;
  X509Handle leaf;
  X509ChainHandle chain;
  KeyHandle key;
};

namespace {

// The certificates of a PEM text, in order. `what` names it in errors.
Result<std::vector<X509Handle>> read_certificates(std::string_view pem, const std::string& what) {
  std::vector<X509Handle> found;
  PemReader reader(pem);
  PemBlock block;
  while (reader.next(block)) {
    if (block.label.empty()) return fail("a BEGIN line of " + what + " has no end");
    if (block.label != "CERTIFICATE") continue;
    const std::string which = "certificate " + std::to_string(found.size() + 1) + " of " + what;
    if (block.broken) return fail(which + " is cut off or not base64");
    X509Handle certificate = parse_certificate(block.der);
    if (certificate == nullptr) return fail(which + " is not an X.509 certificate");
    found.push_back(std::move(certificate));
  }
  if (found.empty()) return fail(what + " has no certificate in PEM form");
  return found;
}

int connection_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int notes_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

void on_event(const SSL* ssl, int where, int) {
  auto* notes = static_cast<HandshakeNotes*>(SSL_get_ex_data(ssl, notes_index()));
  if (notes == nullptr) return;
  if ((where & SSL_CB_HANDSHAKE_START) != 0) {
    notes->problem.clear();
    notes->wrong_name = false;
    if (notes->on_start) notes->on_start(SSL_get_ex_data(ssl, connection_index()));
  } else if ((where & SSL_CB_WRITE_ALERT) == SSL_CB_WRITE_ALERT) {
    const long result = SSL_get_verify_result(ssl);
    if (result == X509_V_OK) return;
    // What a verify callback refuses and OpenSSL would have taken: the name.
    notes->wrong_name = result == X509_V_ERR_UNSPECIFIED;
    notes->problem = X509_verify_cert_error_string(result);
  }
}

}  // namespace

Result<std::shared_ptr<const PeerTrust>> PeerTrust::make(const PeerTrustSource& source) {
  auto state = std::make_unique<State>();
  state->any_server = source.any_server;
  state->store.reset(X509_STORE_new());
  if (state->store == nullptr) return fail("OpenSSL: " + take_openssl_error());
  // Go, and so every other client of the API server, takes any certificate of the bundle as an anchor.
  X509_STORE_set_flags(state->store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (!source.any_server) {
    const auto authorities = read_certificates(source.ca, "the certificate authority");
    if (!authorities) return fail(authorities.error().message);
    for (const X509Handle& authority : *authorities)
      if (X509_STORE_add_cert(state->store.get(), authority.get()) != 1)
        return fail("the certificate authority cannot be used: " + take_openssl_error());
  }
  if (!source.certificate.empty()) {
    auto certificates = read_certificates(source.certificate, "the client certificate");
    if (!certificates) return fail(certificates.error().message);
    const auto der = read_private_key(source.key);
    if (!der) return fail("the client key: " + der.error().message);
    state->key = parse_private_key(*der);
    if (state->key == nullptr) return fail("the client key cannot be read");
    state->leaf = std::move(certificates->front());
    if (X509_check_private_key(state->leaf.get(), state->key.get()) != 1) {
      ERR_clear_error();
      return fail("the client key is not the client certificate's");
    }
    state->chain.reset(sk_X509_new_null());
    for (std::size_t i = 1; i < certificates->size(); ++i)
      if (state->chain == nullptr || sk_X509_push(state->chain.get(), (*certificates)[i].release()) == 0)
        return fail("OpenSSL has no memory");
  } else if (!source.key.empty()) {
    return fail("there is a client key and no client certificate");
  }
  return std::shared_ptr<const PeerTrust>(new PeerTrust(std::move(state)));
}

PeerTrust::PeerTrust(std::unique_ptr<State> state) : state_(std::move(state)) {}
PeerTrust::~PeerTrust() = default;

bool PeerTrust::any_server() const { return state_->any_server; }

bool PeerTrust::apply(ssl_ctx_st* context) const {
  bool done = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
  SSL_CTX_set1_cert_store(context, state_->store.get());
  if (state_->leaf != nullptr) {
    done = done && SSL_CTX_use_certificate(context, state_->leaf.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context, state_->key.get()) == 1 &&
           SSL_CTX_set1_chain(context, state_->chain.get()) == 1;
  }
  if (!done) ERR_clear_error();
  return done;
}

void watch_handshakes(ssl_st* ssl, HandshakeNotes* notes, void* connection) {
  SSL_set_ex_data(ssl, notes_index(), notes);
  SSL_set_ex_data(ssl, connection_index(), connection);
  SSL_set_info_callback(ssl, on_event);
}

std::string openssl_reason(unsigned long code) {
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? std::string() : std::string(reason);
}

}  // namespace headgate::tls
