// What a Transport is more than its descriptor: TLS, and bytes that were read before it was known what they
// are. On the heap, so that the session's Wire stays where it is when the Transport moves, and so that a
// plain connection pays for none of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_buffer.h"
#include "proxy/byte_stream.h"
#include "tls/client_session.h"
#include "tls/server_session.h"

namespace headgate::proxy {

// Owned by its Transport, whose members of the same names say what is meant.
class TransportLayer final : public tls::Wire {
 public:
  explicit TransportLayer(int fd) : fd_(fd) {}

  void unread(ByteBuffer bytes, bool drained) {
    unread_ = std::move(bytes);
    drained_before_ = drained;
  }
  void start_tls(const std::shared_ptr<const tls::ServerContext>& context,
                 std::shared_ptr<const tls::CertificateIndex> index, ByteBuffer& ciphertext);
  void start_tls(const tls::ClientContext& context, const tls::ClientStart& start, ByteBuffer& ciphertext);

  [[nodiscard]] bool over_tls() const { return session_ != nullptr; }
  [[nodiscard]] const tls::Session* session() const { return session_.get(); }
  // The session as what it is; null: it is the other side's, or there is none.
  [[nodiscard]] const tls::ServerSession* server() const { return server_; }
  [[nodiscard]] const tls::ClientSession* client() const { return client_; }
  // Nothing is left to do: the Transport goes on without it.
  [[nodiscard]] bool is_spent() const { return session_ == nullptr && unread_.empty(); }

  void note_half_close() { half_closed_ = true; }
  [[nodiscard]] IoResult handshake();
  [[nodiscard]] IoResult read(char* data, std::size_t size);
  [[nodiscard]] IoResult write(const char* data, std::size_t size);
  [[nodiscard]] IoStatus flush();
  [[nodiscard]] bool has_unsent() const { return !unsent_.empty() && !deferred_; }
  [[nodiscard]] bool has_pending() const { return pending_ || !unread_.empty(); }
  [[nodiscard]] bool is_quiet() const;
  // close_notify, once, where the session lives and the socket takes it.
  void say_goodbye();
  // The connection is to be cut: no close_notify, which would make a cut message look whole.
  void forbid_goodbye() { goodbye_said_ = true; }

 private:
  tls::WireStatus receive(char* data, std::size_t size, std::size_t& received) override;
  tls::WireStatus send(const char* data, std::size_t size) override;

  [[nodiscard]] IoResult read_unread(char* data, std::size_t size);
  // Sends what the session has given to the Wire during one call of a member above; holds what is left.
  void push();
  void begin_session();
  void send_deferred();
  void note_sending();
  // The peer closed its connection too, and is owed nothing.
  [[nodiscard]] bool has_left() const;
  // What was deferred goes in front of what the session is about to give.
  void join_deferred();

  std::unique_ptr<tls::Session> session_;
  const tls::ServerSession* server_ = nullptr;
  const tls::ClientSession* client_ = nullptr;
  ByteBuffer* ciphertext_ = nullptr;  // the Worker's: filled and emptied within one call
  ByteBuffer unread_;
  ByteBuffer unsent_;
  std::size_t answers_held_ = 0;  // of unsent_: what was not asked for by write()
  int fd_;
  bool half_closed_ = false;     // the loop has told of a FIN: a short read is not the last one
  bool drained_ = false;         // the call that runs has seen the socket empty
  bool drained_before_ = false;  // it was empty before: nothing is there but what was read already
  // unsent_ is what may wait for the first answer: a ticket. The socket was not asked to take it yet.
  bool deferred_ = false;
  bool partial_ = false;  // something was received that did not make up a byte of plaintext
  bool pending_ = false;
  bool ended_ = false;  // FIN received
  bool writing_ = false;
  bool established_ = false;
  bool failed_ = false;
  bool goodbye_said_ = false;
  bool answered_end_ = false;    // something was sent when the peer was known to send no more
  bool session_closed_ = false;  // read() has told of the peer's goodbye
};

}  // namespace headgate::proxy
