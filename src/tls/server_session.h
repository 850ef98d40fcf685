// The server side of one TLS connection, between a Wire that moves ciphertext and an owner that wants
// plaintext. Does no I/O itself. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tls/certificate_index.h"
#include "tls/client_auth.h"
#include "tls/server_context.h"

namespace headgate::tls {

enum class WireStatus : std::uint8_t { done, would_block, closed, failed };

// Where ciphertext comes from and goes to; outlives the session.
class Wire {
 public:
  virtual ~Wire() = default;
  // Bytes received into `data`, more than 0 where done.
  virtual WireStatus receive(char* data, std::size_t size, std::size_t& received) = 0;
  // Takes all of it or nothing (would_block): a Wire holds back what its socket does not take yet. A Wire
  // that took the first bytes of a ServerSession's call takes the rest of that call too.
  virtual WireStatus send(const char* data, std::size_t size) = 0;
};

enum class SessionStatus : std::uint8_t {
  done,
  would_block,  // nothing more before the Wire has something, or takes something
  closed,       // close_notify received, or the Wire's end without it: what is cut, a message's framing tells
  failed,       // an alert, a broken record, a Wire that failed: failure() says which
};

struct SessionResult {
  SessionStatus status;
  std::size_t bytes = 0;
};

enum class Alpn : std::uint8_t { none, http1, h2 };

// Known once the handshake is done.
struct SessionFacts {
  std::string server_name;  // SNI: lower case, without trailing dot; empty where none or no host name
  Alpn alpn = Alpn::none;
  std::string_view protocol;  // "TLSv1.3"
  std::string_view cipher;    // OpenSSL's name
  bool resumed = false;
  // What the client was answered with: the certificate (the default one too) and the rule its own was judged
  // by.
  std::shared_ptr<const Certificate> certificate;
  std::shared_ptr<const ClientAuth> client_auth;          // null: none was asked for
  std::unique_ptr<const ClientCertificate> asked_client;  // likewise
  // What is known of the client's certificate, asked for or not.
  [[nodiscard]] const ClientCertificate& client() const;
};

class ServerSession {
 public:
  // `index`: as of now; used during handshake() only, and kept alive by the session until it is done.
  ServerSession(const std::shared_ptr<const ServerContext>& context,
                std::shared_ptr<const CertificateIndex> index, Wire& wire);
  ~ServerSession();
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  // Goes on until done, would_block, closed (the client went away) or failed. The alert that explains a
  // failure has been given to the Wire. Once it is done, bytes that came with the client's last ones may be
  // in the session (has_buffered()), and no event tells of them.
  SessionStatus handshake();
  // Plaintext, one record or more. Short of `size` only where the Wire had no more.
  SessionResult read(char* data, std::size_t size);
  // Bytes of the Wire that no read() has looked at yet; once the handshake is done.
  [[nodiscard]] bool has_buffered() const;
  // read() has met the end, or a failure, behind what it returned: the next call says so.
  [[nodiscard]] bool has_ended() const;
  // Takes all of it or nothing. After would_block the next call must begin with the same bytes.
  SessionResult write(const char* data, std::size_t size);
  // Gives close_notify to the Wire, once; nothing after a failure. Without it the client cannot resume.
  void close();

  [[nodiscard]] const SessionFacts& facts() const;
  // Why it failed, mostly in OpenSSL's words: "no shared cipher", "http request" (plain HTTP came, no alert
  // was sent), "unsupported protocol: TLS 1.0", "unrecognized name", "tlsv1 alert unknown ca" (what the
  // client sent); empty: it did not.
  [[nodiscard]] std::string_view failure() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::tls
