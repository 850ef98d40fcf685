#include "tls/server_session.h"

#include <openssl/err.h>

#include <utility>

#include "tls/client_certificate.h"
#include "tls/handshake.h"
#include "tls/openssl_handles.h"
#include "tls/session_core.h"

namespace headgate::tls {
struct ServerSession::State {
  std::shared_ptr<const ServerContext> context;
  std::unique_ptr<Handshake> handshake;  // null once it is done: an idle connection need not pay for it
  SessionCore core;
  SessionFacts facts;

  State(const std::shared_ptr<const ServerContext>& its_context,
        std::shared_ptr<const CertificateIndex> index, Wire& wire)
      : context(its_context), handshake(std::make_unique<Handshake>()), core(wire) {
    handshake->settings = &context->settings();
    handshake->index = std::move(index);
  }

  bool start();
  SessionStatus judge(int result);
  void collect_facts();
  void collect_client();
};

bool ServerSession::State::start() {
  if (!core.start(context->native())) return false;
  attach_handshake(core.ssl.get(), *handshake);
  SSL_set_accept_state(core.ssl.get());
  return true;
}

SessionStatus ServerSession::State::judge(int result) {
  core.refusal = handshake->refusal;
  const SessionStatus status = core.judge(result);
  if (status == SessionStatus::failed && ERR_GET_REASON(core.error_code) == SSL_R_UNSUPPORTED_PROTOCOL &&
      handshake->version != 0)
    core.failure += ": " + version_name(handshake->version);
  return status;
}

void ServerSession::State::collect_client() {
  if (facts.client_auth == nullptr) return;
  auto client = std::make_unique<ClientCertificate>();
  X509* const leaf = SSL_get0_peer_certificate(core.ssl.get());
  if (leaf == nullptr) {
    client->verdict = ClientCertificate::Verdict::none;
  } else {
    describe_client(leaf, SSL_get_verify_result(core.ssl.get()), *client);
  }
  facts.asked_client = std::move(client);
}

void ServerSession::State::collect_facts() {
  facts.server_name = std::move(handshake->server_name);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(core.ssl.get(), &protocol, &size);
  if (size != 0) facts.alpn = size == 2 ? Alpn::h2 : Alpn::http1;
  facts.protocol = SSL_get_version(core.ssl.get());
  facts.cipher = SSL_get_cipher_name(core.ssl.get());
  facts.resumed = SSL_session_reused(core.ssl.get()) == 1;
  facts.certificate = chosen_certificate(*handshake, core.ssl.get());
  if (handshake->host != nullptr) facts.client_auth = handshake->host->client_auth;
  collect_client();
  SSL_set_app_data(core.ssl.get(), nullptr);
  handshake.reset();
}

const ClientCertificate& SessionFacts::client() const {
  static const ClientCertificate kNotAsked;
  return asked_client == nullptr ? kNotAsked : *asked_client;
}

ServerSession::ServerSession(const std::shared_ptr<const ServerContext>& context,
                             std::shared_ptr<const CertificateIndex> index, Wire& wire)
    : state_(std::make_unique<State>(context, std::move(index), wire)) {
  if (!state_->start()) state_->core.fail_with("out of memory");
}

ServerSession::~ServerSession() = default;

SessionStatus ServerSession::handshake() {
  State& state = *state_;
  SessionCore& core = state.core;
  if (core.phase == SessionCore::Phase::failed) return SessionStatus::failed;
  if (core.phase == SessionCore::Phase::open) return SessionStatus::done;
  ERR_clear_error();
  const int result = SSL_do_handshake(core.ssl.get());
  if (result != 1) return state.judge(result);
  state.collect_facts();
  forget_key_exchange(core.ssl.get());
  state.context->tidy_sessions();
  core.open();
  return SessionStatus::done;
}

SessionResult ServerSession::read(char* data, std::size_t size) { return state_->core.read(data, size); }
bool ServerSession::has_buffered() const { return state_->core.has_buffered(); }
bool ServerSession::has_ended() const { return state_->core.has_ended(); }
bool ServerSession::was_said_goodbye() const { return state_->core.was_said_goodbye(); }
SessionResult ServerSession::write(const char* data, std::size_t size) {
  return state_->core.write(data, size);
}
void ServerSession::close() { state_->core.close(); }

const SessionFacts& ServerSession::facts() const { return state_->facts; }
std::string_view ServerSession::failure() const { return state_->core.failure; }

}  // namespace headgate::tls
