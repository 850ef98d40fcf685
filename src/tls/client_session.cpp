#include "tls/client_session.h"

#include <openssl/err.h>

#include <array>
#include <utility>

#include "tls/handshake.h"
#include "tls/session_core.h"

namespace headgate::tls {
namespace {

constexpr std::array<unsigned char, 3> kHttp2 = {2, 'h', '2'};

// True: the session is ours now.
int on_session(SSL* ssl, SSL_SESSION* session) {
  auto* const kept = static_cast<ResumableSession*>(SSL_get_app_data(ssl));
  if (kept == nullptr || SSL_SESSION_is_resumable(session) != 1) return 0;
  *kept = ResumableSession(session, SSL_SESSION_free);
  return 1;
}

bool is_address(SSL* ssl, const std::string& name) {
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
}

}  // namespace

struct ClientSession::State {
  const ClientSettings& settings;
  ResumableSession resumption;
  bool http2;
  SessionCore core;

  State(const ClientContext& context, const ClientStart& start, Wire& wire)
      : settings(context.settings()), http2(start.http2), core(wire) {}

  bool begin(const ClientContext& context, const ClientStart& start);
  bool set_name(const std::string& name);
  [[nodiscard]] bool speaks_what_we_want() const;
};

bool ClientSession::State::begin(const ClientContext& context, const ClientStart& start) {
  if (!core.start(context.native())) return false;
  SSL* const ssl = core.ssl.get();
  SSL_set_app_data(ssl, &resumption);
  if (!set_name(settings.name.empty() ? std::string(start.name) : settings.name)) return false;
  if (http2 && SSL_set_alpn_protos(ssl, kHttp2.data(), kHttp2.size()) != 0) return false;
  if (start.resumption != nullptr) SSL_set_session(ssl, start.resumption.get());  // else a full handshake
  SSL_set_connect_state(ssl);
  ERR_clear_error();
  return true;
}

bool ClientSession::State::set_name(const std::string& name) {
  SSL* const ssl = core.ssl.get();
  if (!settings.verify && !settings.send_name) return true;
  const bool address = is_address(ssl, name);
  if (settings.verify && !address) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl, name.c_str()) != 1) return false;
  }
  // RFC 6066 §3: an address is never sent.
  return !settings.send_name || address || SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

bool ClientSession::State::speaks_what_we_want() const {
  if (!http2) return true;
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(core.ssl.get(), &protocol, &size);
  return size == 2;  // it can have chosen nothing but h2
}

ClientSession::ClientSession(const ClientContext& context, const ClientStart& start, Wire& wire)
    : state_(std::make_unique<State>(context, start, wire)) {
  if (!state_->begin(context, start)) state_->core.fail_with("out of memory");
}

ClientSession::~ClientSession() = default;

SessionStatus ClientSession::handshake() {
  SessionCore& core = state_->core;
  if (core.phase == SessionCore::Phase::failed) return SessionStatus::failed;
  if (core.phase == SessionCore::Phase::open) return SessionStatus::done;
  ERR_clear_error();
  const int result = SSL_do_handshake(core.ssl.get());
  if (result != 1) {
    const SessionStatus status = core.judge(result);
    const long verified = SSL_get_verify_result(core.ssl.get());
    if (status == SessionStatus::failed && state_->settings.verify && verified != X509_V_OK)
      core.failure += std::string(": ") + X509_verify_cert_error_string(verified);
    return status;
  }
  if (!state_->speaks_what_we_want()) {
    core.fail_with("no application protocol: the pod does not choose h2");
    return SessionStatus::failed;
  }
  forget_key_exchange(core.ssl.get());
  core.open();
  return SessionStatus::done;
}

SessionResult ClientSession::read(char* data, std::size_t size) { return state_->core.read(data, size); }
bool ClientSession::has_buffered() const { return state_->core.has_buffered(); }
bool ClientSession::has_ended() const { return state_->core.has_ended(); }
bool ClientSession::was_said_goodbye() const { return state_->core.was_said_goodbye(); }
SessionResult ClientSession::write(const char* data, std::size_t size) {
  return state_->core.write(data, size);
}
void ClientSession::close() { state_->core.close(); }
std::string_view ClientSession::failure() const { return state_->core.failure; }

const ResumableSession& ClientSession::resumption() const { return state_->resumption; }
bool ClientSession::was_resumed() const { return SSL_session_reused(state_->core.ssl.get()) == 1; }

void keep_sessions(ssl_ctx_st* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_session);
}

}  // namespace headgate::tls
