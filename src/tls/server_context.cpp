#include "tls/server_context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <cstring>
#include <ctime>
#include <utility>

#include "tls/cipher_list.h"
#include "tls/client_chain.h"
#include "tls/handshake.h"
#include "tls/openssl_handles.h"
#include "tls/session_tickets.h"

namespace headgate::tls {
namespace {

// Mozilla's intermediate configuration (5.7): what every client of the last ten years has. The larger curves
// and the finite-field groups, which OpenSSL would take too, cost a server ten times as much for nothing.
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr const char* kTls13Suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

}  // namespace

struct ServerContext::State {
  ServerSettings settings;
  SslContextHandle context;
  std::shared_ptr<SessionTickets> tickets;
  Handle<EVP_CIPHER, EVP_CIPHER_free> ticket_cipher;

  State(const ServerSettings& its_settings, std::shared_ptr<SessionTickets> its_tickets)
      : settings(its_settings),
        context(SSL_CTX_new(TLS_server_method())),
        tickets(std::move(its_tickets)),
        ticket_cipher(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr)) {}

  Result<void> prepare();
  Result<void> set_protocols();
  Result<void> set_ciphers();
  void set_sessions();
  bool open_ticket(const TicketKey& key, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                   bool seal);

  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int seal);
};

Result<void> ServerContext::State::prepare() {
  if (context == nullptr || ticket_cipher == nullptr)
    return fail("cannot make a TLS context: " + take_openssl_error());
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_app_data(ctx, this);
  std::uint64_t options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                          SSL_OP_IGNORE_UNEXPECTED_EOF;
  if (!settings.tickets) options |= SSL_OP_NO_TICKET;
  SSL_CTX_set_options(ctx, options);
  // Without NO_AUTO_CHAIN OpenSSL looks for a chain, in an empty store, in each handshake with a bare leaf.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  // One receive for a record's head and body, and for records that came together.
  SSL_CTX_set_read_ahead(ctx, 1);
  bound_client_chains(ctx);
  SSL_CTX_set_max_early_data(ctx, 0);
  SSL_CTX_set_recv_max_early_data(ctx, 0);
  if (auto done = set_protocols(); !done) return done;
  if (auto done = set_ciphers(); !done) return done;
  if (settings.session_cache && settings.session_cache_entries == 0)
    return fail("ssl-session-cache-size: has room for no session");
  if (settings.session_timeout.count() < 1)  // OpenSSL would take its own default
    return fail("ssl-session-timeout: less than a second");
  set_sessions();
  install_handshake(ctx, settings);
  return {};
}

Result<void> ServerContext::State::set_protocols() {
  if (!settings.tls12 && !settings.tls13) return fail("ssl-protocols: neither TLS 1.2 nor TLS 1.3 is left");
  SSL_CTX_set_min_proto_version(context.get(), settings.tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), settings.tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  return {};
}

Result<void> ServerContext::State::set_ciphers() {
  auto list =
      read_cipher_list(settings.ciphers.empty() ? default_cipher_list() : std::string_view(settings.ciphers));
  if (!list) return fail("ssl-ciphers: " + list.error().message);
  if (SSL_CTX_set_cipher_list(context.get(), list->usable.c_str()) != 1 ||
      SSL_CTX_set_ciphersuites(context.get(), kTls13Suites) != 1)
    return fail("ssl-ciphers: '" + settings.ciphers + "': " + take_openssl_error());
  const bool chosen = !settings.curves.empty() && settings.curves != "auto";
  if (SSL_CTX_set1_groups_list(context.get(), chosen ? settings.curves.c_str() : kGroups) != 1) {
    take_openssl_error();
    return fail("'" + settings.curves + "' has a curve that is not known here");
  }
  return {};
}

void ServerContext::State::set_sessions() {
  SSL_CTX* const ctx = context.get();
  SSL_CTX_set_timeout(ctx, static_cast<long>(settings.session_timeout.count()));
  // OpenSSL's second ticket costs each full handshake 15 us and 1 KiB; RFC 8446 §C.4 asks for as many as a
  // client opens connections, which is one with HTTP/2.
  SSL_CTX_set_num_tickets(ctx, 1);
  if (settings.session_cache) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_AUTO_CLEAR);
    SSL_CTX_sess_set_cache_size(ctx, static_cast<long>(settings.session_cache_entries));
  } else {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (!settings.tickets) SSL_CTX_set_num_tickets(ctx, 0);  // they would name sessions that nobody keeps
  }
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket);
}

bool ServerContext::State::open_ticket(const TicketKey& key, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                                       EVP_MAC_CTX* mac, bool seal) {
  const unsigned char* const mac_key = key.data() + SessionTickets::kNameSize;
  const unsigned char* const cipher_key = mac_key + SessionTickets::kMacKeySize;
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(mac_key),
                                        SessionTickets::kMacKeySize),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
         EVP_CipherInit_ex(cipher, ticket_cipher.get(), nullptr, cipher_key, iv, seal ? 1 : 0) == 1;
}

// See SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 0 is a full handshake (or no ticket), 2 a new ticket as well.
int ServerContext::State::on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                                    EVP_MAC_CTX* mac, int seal) {
  State& state = *static_cast<State*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const TimePoint now = Clock::now();
  if (seal == 1) {
    std::optional<TicketKey> key = state.tickets->sealing(now);
    if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(state.ticket_cipher.get())) != 1) return 0;
    std::memcpy(name, key->data(), SessionTickets::kNameSize);
    const bool ready = state.open_ticket(*key, iv, cipher, mac, true);
    OPENSSL_cleanse(key->data(), key->size());
    return ready ? 1 : -1;
  }
  std::optional<SessionTickets::Opening> opening =
      state.tickets->opening({reinterpret_cast<const char*>(name), SessionTickets::kNameSize}, now);
  if (!opening) return 0;
  const bool ready = state.open_ticket(opening->key, iv, cipher, mac, false);
  OPENSSL_cleanse(opening->key.data(), opening->key.size());
  if (!ready) return -1;
  // Clients use a ticket of TLS 1.3 once (RFC 8446 §C.4): they need the next one.
  return opening->renew || SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1;
}

ServerContext::ServerContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerContext::~ServerContext() = default;

Result<std::shared_ptr<const ServerContext>> ServerContext::make(const ServerSettings& settings,
                                                                 const ServerContext* before) {
  const bool keeps_keys =
      before != nullptr && settings.ticket_keys.empty() && before->settings().ticket_keys.empty();
  auto state =
      std::make_unique<State>(settings, keeps_keys ? before->state_->tickets
                                                   : std::make_shared<SessionTickets>(settings.ticket_keys));
  if (auto prepared = state->prepare(); !prepared) {
    ERR_clear_error();
    return fail(prepared.error().message);
  }
  ERR_clear_error();
  return std::shared_ptr<const ServerContext>(new ServerContext(std::move(state)));
}

const ServerSettings& ServerContext::settings() const { return state_->settings; }
ssl_ctx_st* ServerContext::native() const { return state_->context.get(); }

void ServerContext::tidy_sessions() const {
  SSL_CTX* const ctx = state_->context.get();
  // The whole cache is looked through. OpenSSL would do so every 255 handshakes, at 1.5 % of each.
  constexpr long kEvery = 8192;
  if (state_->settings.session_cache && SSL_CTX_sess_accept_good(ctx) % kEvery == 0)
    SSL_CTX_flush_sessions(ctx, std::time(nullptr));
}

}  // namespace headgate::tls
