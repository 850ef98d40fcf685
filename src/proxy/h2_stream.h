// One request of an HTTP/2 connection and its answer: the client side of an Exchange. Holds what the upstream
// does not take yet (as much as the stream's window lets the client send) and what the client's windows do
// not let out yet. After a 101 it is one end of a Tunnel (RFC 8441).
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "http/h2_session.h"
#include "proxy/byte_stream.h"
#include "proxy/downstream.h"
#include "proxy/timer_wheel.h"
#include "proxy/tunnel.h"

namespace headgate::proxy {

class Exchange;
class H2Connection;

using H2StreamHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<struct H2StreamTag>,
                                     boost::intrusive::link_mode<boost::intrusive::normal_link>>;

// Owned by the H2StreamPool and lent to one connection, which keeps it until neither the session nor an
// Exchange knows it any more.
class H2Stream final : public Downstream, public ByteStream, public Timer, public H2StreamHook {
 public:
  // What a stream holds for its client before it is congested.
  static constexpr std::size_t kMostHeld = 128 * 1024;

  explicit H2Stream(http::StreamId id = 0) : id_(id) {}
  ~H2Stream() override = default;

  // --- Said by the connection ---

  void begin(H2Connection& connection, http::StreamId id);
  // One of the two, once. May finish the Exchange before it returns.
  void start(http::RequestHead& head, const http::RequestFacts& facts, bool last);
  void refuse(std::string_view request_line, http::Refusal refusal);
  void on_data(const char* data, std::size_t size, bool last);
  http::H2Body body(std::size_t most);
  void take_body(std::size_t size, ByteBuffer& out);
  // The session does not know the stream any more: it was reset, or both sides have ended it.
  void on_reset();
  void on_closed();
  // Frames have been taken from the session: what did that change?
  void settle();
  // The connection's socket takes bytes again.
  void on_unblocked();
  // The connection is over.
  void on_connection_gone();
  // Makes it ready for another request.
  void clear();

  [[nodiscard]] http::StreamId id() const { return id_; }
  // Neither the session nor an Exchange knows it.
  [[nodiscard]] bool is_over() const { return !open_ && exchange_ == nullptr; }
  // Waits in a list of the connection for settle().
  bool touched = false;
  H2Stream* next_in_bucket = nullptr;  // for the H2StreamTable

  void on_timeout() override;

  // --- Said by the Exchange ---

  void send_interim(http::ResponseHead& head) override;
  void send_continue() override;
  void send_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* data, std::size_t size,
                 bool last) override;
  void send_body(char* data, std::size_t size, bool last) override;
  void send_trailers(std::string_view lines) override;
  [[nodiscard]] bool accepts(const http::ResponseHead& head) const override;
  int send_switching(http::ResponseHead& head, std::string_view protocol) override;
  std::uint64_t send_local_reply(http::LocalReply reply) override;
  void become_tunnel(std::unique_ptr<Tunnel> tunnel, UpstreamConnection& upstream) override;
  [[nodiscard]] bool congested() const override;
  [[nodiscard]] std::size_t room() const override;
  [[nodiscard]] bool half_closed() const override;
  void resume_request_body() override;
  void abandon_request_body() override;
  void exchange_finished(Ending ending) override;
  // Both count fields and content, before compression and framing.
  [[nodiscard]] std::uint64_t bytes_sent() const override { return bytes_sent_; }
  [[nodiscard]] std::uint64_t bytes_received() const override { return bytes_received_; }
  [[nodiscard]] TimePoint request_started() const override { return request_started_; }
  [[nodiscard]] std::uint64_t connection_requests() const override;
  [[nodiscard]] const ClientInfo& client() const override;

  // --- Said by the Tunnel ---

  IoResult read(char* data, std::size_t size) override;
  IoResult write(const char* data, std::size_t size) override;
  IoStatus flush() override { return IoStatus::done; }  // END_STREAM follows what is held
  void shutdown_write() override;

 private:
  // Keeps content for the client until a window lets it out.
  void hold(const char* data, std::size_t size, bool last);
  void drop_held();
  // `size` bytes of content, and its end where it has come, lie in the scratch.
  void pass_on(std::size_t size);
  // The same bytes go nowhere.
  void discard(std::size_t size);
  // Answered, and the client still sends.
  void linger();
  // Opens the window again for what has been passed on.
  void report(std::size_t size);
  void count_fields(const http::FieldList& fields);
  void note_key(const http::FieldList& fields);
  // The upstream answers an extended CONNECT as any other request.
  void refuse_tunnel();
  // The client takes bytes again.
  void tell_drained();
  void reset(http::H2Error error);
  // The same once what there is to say has been sent as far as it goes: the session drops it otherwise.
  void reset_behind(http::H2Error error);
  // The Exchange hears that there is nobody to answer any more.
  void leave_exchange(RejectReason reason);
  void retire_if_over();
  // Times whom the stream waits for. `moved`: the client has taken bytes.
  void arm(bool moved);
  [[nodiscard]] bool awaits_client() const;
  [[nodiscard]] bool has_whole_content() const { return in_ended_ || in_whole_; }

  H2Connection* connection_ = nullptr;
  http::StreamId id_;
  Exchange* exchange_ = nullptr;
  std::unique_ptr<Tunnel> tunnel_;
  bool open_ = false;          // the session knows the stream
  bool reset_ = false;         // by us
  bool reset_is_due_ = false;  // see reset_behind()
  http::H2Error reset_error_ = http::H2Error::no_error;
  bool wants_tunnel_ = false;  // an extended CONNECT not answered yet: content waits for the Tunnel

  // The request's content.
  bool in_ended_ = false;      // END_STREAM was received
  bool in_whole_ = false;      // all that Content-Length announced was received
  bool in_passed_on_ = false;  // the Exchange has had the last of it
  bool in_abandoned_ = false;  // nobody wants the rest
  bool in_has_length_ = false;
  std::uint64_t in_expected_ = 0;  // of a known length: what has not come yet
  std::uint64_t discarded_ = 0;    // bytes of what nobody wants
  bool lingering_ = false;         // see linger()
  ByteBuffer in_;

  // The answer's.
  bool out_last_ = false;    // END_STREAM follows what is held
  bool out_ended_ = false;   // the session has END_STREAM
  bool starved_ = false;     // the session has asked and got nothing: it asks again after resume()
  bool moved_ = false;       // the session has taken bytes since settle()
  bool timing_out_ = false;  // the timer is the client's for taking bytes, not for sending them
  ByteBuffer out_;
  std::string trailers_;  // lines; what END_STREAM comes with

  std::array<char, 28> accept_{};  // the Sec-WebSocket-Accept an upstream must answer with
  bool has_accept_ = false;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;
  TimePoint request_started_;
};

}  // namespace headgate::proxy
