// One side of one TLS connection, between a Wire that moves ciphertext and an owner that wants plaintext.
// Does no I/O itself. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headgate::tls {

enum class WireStatus : std::uint8_t { done, would_block, closed, failed };

// Where ciphertext comes from and goes to; outlives the session.
class Wire {
 public:
  virtual ~Wire() = default;
  // Bytes received into `data`, more than 0 where done.
  virtual WireStatus receive(char* data, std::size_t size, std::size_t& received) = 0;
  // Takes all of it or nothing (would_block): a Wire holds back what its socket does not take yet. A Wire
  // that took the first bytes of a Session's call takes the rest of that call too.
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

// What the two sides have in common once they are made.
class Session {
 public:
  virtual ~Session() = default;

  // Goes on until done, would_block, closed (the peer went away) or failed. The alert that explains a failure
  // has been given to the Wire. Once it is done, bytes that came with the peer's last ones may be in the
  // session (has_buffered()), and no event tells of them.
  virtual SessionStatus handshake() = 0;
  // Plaintext, one record or more. Short of `size` only where the Wire had no more.
  virtual SessionResult read(char* data, std::size_t size) = 0;
  // Bytes of the Wire that no read() has looked at yet; once the handshake is done.
  [[nodiscard]] virtual bool has_buffered() const = 0;
  // read() has met the end, or a failure, behind what it returned: the next call says so.
  [[nodiscard]] virtual bool has_ended() const = 0;
  // The peer's close_notify has been read.
  [[nodiscard]] virtual bool was_said_goodbye() const = 0;
  // Takes all of it or nothing. After would_block the next call must begin with the same bytes.
  virtual SessionResult write(const char* data, std::size_t size) = 0;
  // Gives close_notify to the Wire, once; nothing after a failure. Without it a client cannot resume.
  virtual void close() = 0;
  // Why it failed, mostly in OpenSSL's words; empty: it did not.
  [[nodiscard]] virtual std::string_view failure() const = 0;
};

}  // namespace headgate::tls
