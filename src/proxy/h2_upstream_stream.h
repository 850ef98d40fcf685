// One request on an HTTP/2 connection to an endpoint: what its Exchange says becomes frames, and the other
// way round. Holds what the pod's window does not take yet, and what the client does not take yet (as much as
// the stream's window lets the pod send).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "http/h2_client_session.h"
#include "proxy/timer_wheel.h"
#include "proxy/upstream.h"

namespace headgate::proxy {

class UpstreamUser;
class H2UpstreamConnection;
enum class UpstreamFailure : std::uint8_t;

// Owned by its connection.
class H2UpstreamStream final : public Upstream, public http::H2ClientStream, public Timer {
 public:
  // What a stream holds for its pod before it is congested.
  static constexpr std::size_t kMostHeld = 64 * 1024;

  H2UpstreamStream(H2UpstreamConnection& connection, UpstreamUser& user, bool reused)
      : connection_(connection), user_(&user), reused_(reused) {}

  // --- Said by the Exchange ---

  [[nodiscard]] bool is_connected() const override;
  [[nodiscard]] bool is_reused() const override { return reused_; }
  [[nodiscard]] bool is_duplex() const override { return true; }
  void send(const char* data, std::size_t size) override;
  [[nodiscard]] bool congested() const override { return out_.size() >= kMostHeld; }
  void request_complete() override;
  void resume_response() override;
  void release(bool reusable) override;
  void close() override;

  // --- Said by the connection ---

  void on_connected();
  // The batch is over: what was given to send() goes to the session.
  void begin();
  // The session has asked for content: there may be room for more.
  void settle();
  void fail(UpstreamFailure failure);
  // No Exchange knows it.
  [[nodiscard]] bool is_over() const { return user_ == nullptr; }
  bool touched = false;

  // --- Said by the session ---

  void on_response(http::ResponseHead& head, bool last) override;
  void on_data(const char* data, std::size_t size, bool last) override;
  void on_trailers(std::string_view lines) override;
  void on_reset(http::H2Error error, bool unprocessed, bool bad_head) override;
  std::size_t read_body(char* out, std::size_t most, bool& last) override;

  void on_timeout() override;

 private:
  // What is held for the client, as far as it takes it; then the end.
  void deliver();
  void finish();
  void arm();
  // The session and the Exchange are left; the connection destroys it.
  void leave(http::H2Error error);

  H2UpstreamConnection& connection_;
  UpstreamUser* user_;  // null: over
  http::StreamId id_ = 0;
  bool reused_;
  bool out_last_ = false;   // the request ends behind what is held
  bool out_ended_ = false;  // the session has its end
  bool waiting_ = false;    // the session has asked and got nothing
  bool was_congested_ = false;
  bool answered_ = false;  // a final head was received
  bool begun_ = false;     // a byte of an answer was
  bool ended_ = false;     // all of it was
  std::uint32_t interim_heads_ = 0;
  std::string head_;
  std::string trailers_;
  ByteBuffer out_;
  ByteBuffer held_;
};

}  // namespace headgate::proxy
