#include "tls/client_context.h"

#include <openssl/err.h>

#include <utility>

#include "tls/authorities.h"
#include "tls/certificate_state.h"
#include "tls/client_session.h"
#include "tls/openssl_handles.h"
#include "tls/session_core.h"

namespace headgate::tls {
struct ClientContext::State {
  ClientSettings settings;
  SslContextHandle context{SSL_CTX_new(TLS_client_method())};

  Result<void> prepare();
  Result<void> set_protocols();
  Result<void> set_trust();
  Result<void> set_identity();
};

Result<void> ClientContext::State::prepare() {
  if (context == nullptr) return fail("cannot make a TLS context: " + take_openssl_error());
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(ctx, 1);
  count_key_updates(ctx);
  keep_sessions(ctx);
  if (auto done = set_protocols(); !done) return done;
  if (auto done = set_trust(); !done) return done;
  return set_identity();
}

Result<void> ClientContext::State::set_protocols() {
  if (!settings.tls12 && !settings.tls13) return fail("neither TLS 1.2 nor TLS 1.3 is left");
  SSL_CTX_set_min_proto_version(context.get(), settings.tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), settings.tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  if (!settings.ciphers.empty() && SSL_CTX_set_cipher_list(context.get(), settings.ciphers.c_str()) != 1) {
    take_openssl_error();
    return fail("the cipher list '" + settings.ciphers.substr(0, 128) + "' has no cipher known here");
  }
  return {};
}

Result<void> ClientContext::State::set_trust() {
  if (!settings.verify) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    return {};
  }
  if (auto good = check_depth(settings.depth); !good) return good;
  StoreHandle store(X509_STORE_new());
  if (store == nullptr) return fail("out of memory");
  if (auto added = add_authorities(settings.authorities, store.get()); !added) return added;
  SSL_CTX_set1_cert_store(context.get(), store.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(context.get(), settings.depth);
  return {};
}

Result<void> ClientContext::State::set_identity() {
  if (settings.identity == nullptr) return {};
  const Certificate::Parsed* const parsed = settings.identity->parsed();
  if (parsed == nullptr) return fail("tls.key cannot be used");
  if (SSL_CTX_use_certificate(context.get(), parsed->leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), parsed->key.get()) != 1 ||
      SSL_CTX_set1_chain(context.get(), parsed->chain.get()) != 1)
    return fail("tls.crt cannot be used: " + take_openssl_error());
  return {};
}

ClientContext::ClientContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClientContext::~ClientContext() = default;

Result<std::shared_ptr<const ClientContext>> ClientContext::make(ClientSettings settings) {
  auto state = std::make_unique<State>();
  state->settings = std::move(settings);
  const Result<void> prepared = state->prepare();
  ERR_clear_error();
  if (!prepared) return fail(prepared.error().message);
  return std::shared_ptr<const ClientContext>(new ClientContext(std::move(state)));
}

const ClientSettings& ClientContext::settings() const { return state_->settings; }
ssl_ctx_st* ClientContext::native() const { return state_->context.get(); }

}  // namespace headgate::tls
