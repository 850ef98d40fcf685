// OpenSSL on a non-blocking socket, waited for with poll(2).
#include "support/tls_client.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>

#include <csignal>
#include <stdexcept>

#include "support/raw_client.h"

namespace headgate::test_support {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::logic_error(std::string("the test's TLS client: ") + what);
}

// Waits for what OpenSSL wants; false: the deadline has passed, or it wants nothing (see SSL_get_error).
bool wait_for(SSL* ssl, int result, const Deadline& deadline) {
  const int error = SSL_get_error(ssl, result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
  pollfd ready{SSL_get_fd(ssl), static_cast<short>(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
  return ::poll(&ready, 1, deadline.poll_timeout()) > 0;
}

class TlsReader : public MessageReader {
 public:
  explicit TlsReader(SSL* ssl) : MessageReader(SSL_get_fd(ssl)), ssl_(ssl) {}

  ReadEnd fill(const Deadline& deadline) override {
    char bytes[16384];
    int result = 0;
    do {
      ERR_clear_error();
      result = SSL_read(ssl_, bytes, sizeof bytes);
    } while (result <= 0 && wait_for(ssl_, result, deadline));
    if (result > 0) {
      buffer().append(bytes, static_cast<std::size_t>(result));
      return ReadEnd::data;
    }
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_ZERO_RETURN:
        return ReadEnd::closed;
      case SSL_ERROR_WANT_READ:
      case SSL_ERROR_WANT_WRITE:
        return ReadEnd::timed_out;
      default:
        return ReadEnd::reset;  // an alert, or an end without close_notify
    }
  }

 private:
  SSL* ssl_;
};

std::string wire_form(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) wire += static_cast<char>(protocol.size()) + protocol;
  return wire;
}

SSL_CTX* make_context(const TlsOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  require(context != nullptr, "SSL_CTX_new");
  SSL_CTX_set_security_level(context, 0);  // a test may ask for what nobody should
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  require(SSL_CTX_set_min_proto_version(context, options.least_version) == 1, "least_version");
  require(SSL_CTX_set_max_proto_version(context, options.most_version) == 1, "most_version");
  const std::string ciphers = options.ciphers.empty() ? "ALL:COMPLEMENTOFALL:@SECLEVEL=0" : options.ciphers;
  require(SSL_CTX_set_cipher_list(context, ciphers.c_str()) == 1, "ciphers");
  if (!options.ciphersuites.empty())
    require(SSL_CTX_set_ciphersuites(context, options.ciphersuites.c_str()) == 1, "ciphersuites");
  if (!options.groups.empty())
    require(SSL_CTX_set1_groups_list(context, options.groups.c_str()) == 1, "groups");
  const std::string alpn = wire_form(options.alpn);
  if (!alpn.empty())
    require(SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(alpn.data()),
                                    static_cast<unsigned>(alpn.size())) == 0,
            "alpn");
  if (!options.tickets) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  if (options.renegotiation) SSL_CTX_set_options(context, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (options.identity != nullptr) {
    require(SSL_CTX_use_certificate(context, options.identity->x509()) == 1, "identity");
    require(SSL_CTX_use_PrivateKey(context, options.identity->key()) == 1, "the key of the identity");
  }
  return context;
}

}  // namespace

TlsClient::TlsClient(std::uint16_t port, const TlsOptions& options, std::chrono::milliseconds within)
    : context_(make_context(options)), ssl_(SSL_new(context_.get())), close_notify_(options.close_notify) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL; child processes get the default back
  require(ssl_ != nullptr, "SSL_new");
  ClientOptions where;
  where.address = options.address;
  socket_ = connect_to(port, where);
  ::fcntl(fd(), F_SETFL, O_NONBLOCK);
  require(SSL_set_fd(ssl(), fd()) == 1, "SSL_set_fd");
  if (options.ask_staple)
    require(SSL_set_tlsext_status_type(ssl(), TLSEXT_STATUSTYPE_ocsp) == 1, "ask_staple");
  if (!options.server_name.empty())
    require(SSL_set_tlsext_host_name(ssl(), options.server_name.c_str()) == 1, "server_name");
  if (options.session) require(SSL_set_session(ssl(), options.session.get()) == 1, "session");
  reader_ = std::make_unique<TlsReader>(ssl());
  shake_hands(Deadline(within));
}

TlsClient::~TlsClient() {
  if (ssl_ && socket_.is_open() && is_secure() && close_notify_) SSL_shutdown(ssl());
}

void TlsClient::shake_hands(const Deadline& deadline) {
  int result = 0;
  do {
    ERR_clear_error();
    result = SSL_connect(ssl());
  } while (result != 1 && wait_for(ssl(), result, deadline));
  if (result == 1) return;
  const int error = SSL_get_error(ssl(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    failure_ = "timed out";
  } else if (const char* reason = ERR_reason_error_string(ERR_peek_error()); reason != nullptr) {
    failure_ = reason;
  } else {
    failure_ = "closed";
  }
}

bool TlsClient::send(std::string_view bytes, std::chrono::milliseconds within) {
  const Deadline deadline(within);
  while (!bytes.empty()) {
    ERR_clear_error();
    const int result = SSL_write(ssl(), bytes.data(), static_cast<int>(bytes.size()));
    if (result > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(result));
    } else if (!wait_for(ssl(), result, deadline)) {
      return false;
    }
  }
  return true;
}

std::string TlsClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::server_fingerprint() const {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(ssl()), &X509_free);
  return certificate ? fingerprint_of(certificate.get()) : "";
}

std::string TlsClient::staple() const {
  const unsigned char* response = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl(), &response);
  return size <= 0 ? std::string() : std::string(reinterpret_cast<const char*>(response), size);
}

TlsSession TlsClient::session() const {
  SSL_SESSION* session = SSL_get1_session(ssl());
  return session == nullptr ? TlsSession() : TlsSession(session, &SSL_SESSION_free);
}

void TlsClient::close() {
  if (is_secure()) SSL_shutdown(ssl());
  socket_.reset();
}

}  // namespace headgate::test_support
