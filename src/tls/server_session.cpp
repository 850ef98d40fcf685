#include "tls/server_session.h"

#include <openssl/err.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "tls/client_certificate.h"
#include "tls/handshake.h"
#include "tls/openssl_handles.h"
#include "tls/wire_bio.h"

namespace headgate::tls {
namespace {

// Ciphertext that may come before the handshake is done: a hello, a client's chain, and data sent early.
constexpr std::size_t kMostHandshakeBytes = std::size_t{96} * 1024;
// Ciphertext without any plaintext in it: alerts, refused renegotiations, KeyUpdates, empty records. A record
// has 16 KiB and a bit.
constexpr std::size_t kMostBytesWithoutData = std::size_t{64} * 1024;
// KeyUpdates: this many, and one more for each 64 KiB of plaintext. Real clients send one in many GiB.
constexpr std::size_t kMostKeyUpdates = 32;
constexpr std::size_t kDataPerKeyUpdate = std::size_t{64} * 1024;

int clamp_to_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

struct ServerSession::State {
  enum class Phase : std::uint8_t { handshake, open, failed };

  std::shared_ptr<const ServerContext> context;
  WireBio wire;
  std::unique_ptr<Handshake> handshake;  // null once it is done: an idle connection need not pay for it
  std::size_t key_updates = 0;           // received
  SslHandle ssl;
  Phase phase = Phase::handshake;
  bool peer_closed = false;
  bool close_sent = false;
  std::uint64_t plaintext = 0;  // bytes read
  SessionFacts facts;
  std::string failure;

  State(const std::shared_ptr<const ServerContext>& its_context,
        std::shared_ptr<const CertificateIndex> index, Wire& its_wire)
      : context(its_context), wire(its_wire), handshake(std::make_unique<Handshake>()) {
    wire.allowance = kMostHandshakeBytes;
    handshake->settings = &context->settings();
    handshake->index = std::move(index);
  }

  bool start();
  void fail_with(std::string reason);
  SessionStatus judge(int result);
  void collect_facts();
  void collect_client();
  [[nodiscard]] bool has_too_many_key_updates() const {
    return key_updates > kMostKeyUpdates + plaintext / kDataPerKeyUpdate;
  }
};

bool ServerSession::State::start() {
  ssl.reset(SSL_new(context->native()));
  BIO* const bio = ssl == nullptr ? nullptr : make_bio(wire);
  if (bio == nullptr) return false;
  SSL_set_bio(ssl.get(), bio, bio);
  attach_handshake(ssl.get(), *handshake, key_updates);
  SSL_set_accept_state(ssl.get());
  return true;
}

void ServerSession::State::fail_with(std::string reason) {
  phase = Phase::failed;
  failure = std::move(reason);
  ERR_clear_error();
}

// What a call of OpenSSL that did not succeed means. It was made with an empty error queue, which is what
// tells a failure from want of bytes, and the queue is left empty: read() and write() need not clear it.
SessionStatus ServerSession::State::judge(int result) {
  const int error = SSL_get_error(ssl.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return SessionStatus::would_block;
  if (wire.overdrawn) {
    fail_with(phase == Phase::handshake ? "handshake too large" : "too many records without data");
  } else if (handshake != nullptr && handshake->refusal != nullptr) {
    fail_with(handshake->refusal);
  } else if (wire.failed) {
    fail_with("connection failed");
  } else if (error == SSL_ERROR_ZERO_RETURN || (wire.ended && error == SSL_ERROR_SYSCALL)) {
    ERR_clear_error();
    peer_closed = true;
    return SessionStatus::closed;
  } else {
    const bool too_old = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNSUPPORTED_PROTOCOL;
    std::string reason = take_openssl_error();
    if (too_old && handshake != nullptr && handshake->version != 0)
      reason += ": " + version_name(handshake->version);
    fail_with(std::move(reason));
  }
  return SessionStatus::failed;
}

void ServerSession::State::collect_client() {
  if (facts.client_auth == nullptr) return;
  auto client = std::make_unique<ClientCertificate>();
  X509* const leaf = SSL_get0_peer_certificate(ssl.get());
  if (leaf == nullptr) {
    client->verdict = ClientCertificate::Verdict::none;
  } else {
    describe_client(leaf, SSL_get_verify_result(ssl.get()), *client);
  }
  facts.asked_client = std::move(client);
}

void ServerSession::State::collect_facts() {
  facts.server_name = std::move(handshake->server_name);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl.get(), &protocol, &size);
  if (size != 0) facts.alpn = size == 2 ? Alpn::h2 : Alpn::http1;
  facts.protocol = SSL_get_version(ssl.get());
  facts.cipher = SSL_get_cipher_name(ssl.get());
  facts.resumed = SSL_session_reused(ssl.get()) == 1;
  facts.certificate = chosen_certificate(*handshake, ssl.get());
  if (handshake->host != nullptr) facts.client_auth = handshake->host->client_auth;
  collect_client();
  SSL_set_app_data(ssl.get(), nullptr);
  handshake.reset();
}

const ClientCertificate& SessionFacts::client() const {
  static const ClientCertificate kNotAsked;
  return asked_client == nullptr ? kNotAsked : *asked_client;
}

ServerSession::ServerSession(const std::shared_ptr<const ServerContext>& context,
                             std::shared_ptr<const CertificateIndex> index, Wire& wire)
    : state_(std::make_unique<State>(context, std::move(index), wire)) {
  if (!state_->start()) state_->fail_with("out of memory");
}

ServerSession::~ServerSession() {
  // Whether the peer closed properly says nothing about the session (RFC 5246 §7.2.1): without this OpenSSL
  // would forget it.
  if (state_->phase == State::Phase::open)
    SSL_set_shutdown(state_->ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

SessionStatus ServerSession::handshake() {
  State& state = *state_;
  if (state.phase == State::Phase::failed) return SessionStatus::failed;
  if (state.phase == State::Phase::open) return SessionStatus::done;
  ERR_clear_error();
  const int result = SSL_do_handshake(state.ssl.get());
  if (result != 1) return state.judge(result);
  state.collect_facts();
  forget_key_exchange(state.ssl.get());
  state.context->tidy_sessions();
  state.phase = State::Phase::open;
  state.wire.allowance = kMostBytesWithoutData;
  ERR_clear_error();
  return SessionStatus::done;
}

SessionResult ServerSession::read(char* data, std::size_t size) {
  State& state = *state_;
  if (state.phase != State::Phase::open) return {SessionStatus::failed};
  if (state.peer_closed) return {SessionStatus::closed};
  state.wire.drained = false;
  std::size_t total = 0;
  while (total < size) {
    const int got = SSL_read(state.ssl.get(), data + total, clamp_to_int(size - total));
    if (state.has_too_many_key_updates()) {
      state.fail_with("too many key updates");
      return {SessionStatus::failed};
    }
    if (got <= 0) {
      const SessionStatus status = state.judge(got);
      if (total == 0) return {status};
      break;  // what was read first; the next call says the rest
    }
    total += static_cast<std::size_t>(got);
    state.plaintext += static_cast<std::size_t>(got);
    state.wire.allowance = kMostBytesWithoutData;
    if (state.wire.drained && SSL_has_pending(state.ssl.get()) == 0) break;
  }
  return {SessionStatus::done, total};
}

bool ServerSession::has_buffered() const { return SSL_has_pending(state_->ssl.get()) == 1; }

bool ServerSession::has_ended() const { return state_->peer_closed || state_->phase == State::Phase::failed; }

SessionResult ServerSession::write(const char* data, std::size_t size) {
  State& state = *state_;
  if (state.phase != State::Phase::open || state.close_sent) return {SessionStatus::failed};
  std::size_t total = 0;
  while (total < size) {
    const int put = SSL_write(state.ssl.get(), data + total, clamp_to_int(size - total));
    if (put <= 0) {
      const SessionStatus status = state.judge(put);
      if (total == 0 || status != SessionStatus::would_block) return {status};
      state.fail_with("the wire took a part of a write only");
      return {SessionStatus::failed};
    }
    total += static_cast<std::size_t>(put);
  }
  return {SessionStatus::done, total};
}

void ServerSession::close() {
  State& state = *state_;
  if (state.phase != State::Phase::open || state.close_sent) return;
  state.close_sent = true;
  ERR_clear_error();
  SSL_shutdown(state.ssl.get());
  ERR_clear_error();
}

const SessionFacts& ServerSession::facts() const { return state_->facts; }
std::string_view ServerSession::failure() const { return state_->failure; }

}  // namespace headgate::tls
