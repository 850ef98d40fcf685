#include "tls/memory_client.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace headgate::tls {
namespace {

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("memory client: ") + what);
}

MemoryClient& client_of(const SSL* ssl) { return *static_cast<MemoryClient*>(SSL_get_app_data(ssl)); }

std::unique_ptr<BIO, decltype(&BIO_free)> memory(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

void use_certificate(SSL_CTX* context, const ClientOptions& options) {
  const auto chain = memory(options.certificate_chain);
  bool first = true;
  while (X509* certificate = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    if (first) {
      check(SSL_CTX_use_certificate(context, certificate) == 1, "certificate");
      X509_free(certificate);
    } else {
      check(SSL_CTX_add_extra_chain_cert(context, certificate) == 1, "chain");
    }
    first = false;
  }
  ERR_clear_error();
  const auto key_text = memory(options.key);
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr);
  check(key != nullptr && SSL_CTX_use_PrivateKey(context, key) == 1, "key");
  EVP_PKEY_free(key);
}

std::string protocol_list(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) {
    list += static_cast<char>(protocol.size());
    list += protocol;
  }
  return list;
}

}  // namespace

WireStatus MemoryWire::receive(char* data, std::size_t size, std::size_t& received) {
  ++receives;
  if (to_server.empty()) return ended ? WireStatus::closed : WireStatus::would_block;
  received = std::min({size, chunk, to_server.size()});
  std::copy_n(to_server.data(), received, data);
  to_server.erase(0, received);
  return WireStatus::done;
}

WireStatus MemoryWire::send(const char* data, std::size_t size) {
  ++sends;
  if (refuses) return WireStatus::would_block;
  to_client.append(data, size);
  return WireStatus::done;
}

MemoryClient::MemoryClient(const std::shared_ptr<const ServerContext>& context,
                           const std::shared_ptr<const CertificateIndex>& index, const ClientOptions& options,
                           SSL_SESSION* resume)
    : server(context, index, wire), context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* const ctx = context_.get();
  SSL_CTX_set_security_level(ctx, 0);  // an old client
  SSL_CTX_set_min_proto_version(ctx, options.lowest);
  SSL_CTX_set_max_proto_version(ctx, options.highest);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, nullptr);
  if (!options.tickets) SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
  if (!options.ciphers.empty()) check(SSL_CTX_set_cipher_list(ctx, options.ciphers.c_str()) == 1, "ciphers");
  if (!options.suites.empty()) check(SSL_CTX_set_ciphersuites(ctx, options.suites.c_str()) == 1, "suites");
  if (!options.groups.empty()) check(SSL_CTX_set1_groups_list(ctx, options.groups.c_str()) == 1, "groups");
  if (!options.signature_algorithms.empty())
    check(SSL_CTX_set1_sigalgs_list(ctx, options.signature_algorithms.c_str()) == 1, "signature algorithms");
  if (!options.certificate_chain.empty()) use_certificate(ctx, options);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, [](SSL* ssl, SSL_SESSION* session) {
    client_of(ssl).newest_.reset(session);
    return 1;
  });
  SSL_CTX_set_cert_cb(
      ctx,
      [](SSL* ssl, void*) {
        MemoryClient& self = client_of(ssl);
        self.authorities_.clear();
        const STACK_OF(X509_NAME)* const names = SSL_get0_peer_CA_list(ssl);
        for (int i = 0; i < sk_X509_NAME_num(names); ++i) {
          std::array<char, 256> text{};
          X509_NAME_oneline(sk_X509_NAME_value(names, i), text.data(), text.size());
          self.authorities_.emplace_back(text.data());
        }
        return 1;
      },
      nullptr);
  ssl_.reset(SSL_new(ctx));
  SSL* const ssl = ssl_.get();
  SSL_set_app_data(ssl, this);
  if (!options.server_name.empty())
    check(SSL_set_tlsext_host_name(ssl, options.server_name.c_str()) == 1, "server name");
  if (!options.protocols.empty()) {
    const std::string list = protocol_list(options.protocols);
    check(SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(list.data()),
                              static_cast<unsigned>(list.size())) == 0,
          "protocols");
  }
  if (options.ask_for_staple) SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
  if (resume != nullptr) {
    // A copy: OpenSSL's client offers a session of TLS 1.3 once only.
    const ClientSession copy(SSL_SESSION_dup(resume));
    check(copy != nullptr && SSL_set_session(ssl, copy.get()) == 1, "session");
  }
  BIO* const in = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl, in, BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl);
}

MemoryClient::~MemoryClient() = default;

void MemoryClient::pump() {
  BIO* const out = SSL_get_wbio(ssl_.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  if (size > 0) {
    wire.to_server.append(data, static_cast<std::size_t>(size));
    (void)BIO_reset(out);
  }
  if (!wire.to_client.empty()) {
    BIO_write(SSL_get_rbio(ssl_.get()), wire.to_client.data(), static_cast<int>(wire.to_client.size()));
    wire.to_client.clear();
  }
}

// One try of the client; false: it can do nothing more now.
bool MemoryClient::step() {
  if (connected_ || failed_) return false;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    connected_ = true;
  } else if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
    failed_ = true;
    const unsigned long error = ERR_peek_error();
    if (ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET) {
      alert_ = SSL_alert_desc_string_long(ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET);
    } else {
      const char* const reason = ERR_reason_error_string(error);
      alert_ = reason == nullptr ? "?" : reason;
    }
    ERR_clear_error();
  }
  return true;
}

SessionStatus MemoryClient::handshake() {
  SessionStatus status = SessionStatus::would_block;
  for (int turn = 0; turn < 10000; ++turn) {
    step();
    pump();
    if (status == SessionStatus::would_block) {
      ERR_clear_error();
      status = server.handshake();
    }
    pump();
    if (status == SessionStatus::failed || status == SessionStatus::closed) {
      step();
      return status;
    }
    if (status == SessionStatus::done && connected_) return status;
    if (failed_ && wire.to_server.empty()) return status;
  }
  throw std::runtime_error("memory client: the handshake goes round in circles");
}

std::string MemoryClient::send(std::string_view text) {
  if (!text.empty()) check(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0, "writing");
  pump();
  std::string read;
  std::array<char, 4096> buffer;
  for (;;) {
    const SessionResult result = server.read(buffer.data(), buffer.size());
    if (result.status != SessionStatus::done) break;
    read.append(buffer.data(), result.bytes);
  }
  pump();
  return read;
}

std::string MemoryClient::receive() {
  pump();
  std::string read;
  std::array<char, 4096> buffer;
  for (;;) {
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (size > 0) {
      read.append(buffer.data(), static_cast<std::size_t>(size));
      continue;
    }
    closed_ = SSL_get_error(ssl_.get(), size) == SSL_ERROR_ZERO_RETURN;
    ERR_clear_error();
    return read;
  }
}

std::string MemoryClient::reply(std::string_view text) {
  const SessionResult result = server.write(text.data(), text.size());
  if (result.status != SessionStatus::done || result.bytes != text.size()) return {};
  return receive();
}

ClientSession MemoryClient::finish() {
  receive();  // the tickets of TLS 1.3 come with the first bytes
  server.close();
  receive();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  if (newest_ == nullptr) newest_.reset(SSL_get1_session(ssl_.get()));
  return std::move(newest_);
}

std::string MemoryClient::protocol() const {
  const unsigned char* data = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &data, &size);
  return {reinterpret_cast<const char*>(data), size};
}

std::string MemoryClient::server_fingerprint() const {
  X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 0xF];
  }
  return hex;
}

std::string MemoryClient::staple() const {
  const unsigned char* data = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl_.get(), &data);
  return size <= 0 ? std::string()
                   : std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
}

}  // namespace headgate::tls
