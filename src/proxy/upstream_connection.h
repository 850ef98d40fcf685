// One HTTP/1.1 connection to an endpoint: connects, sends requests one after another, parses responses
// strictly, and is kept for reuse only after a response that left no doubt.
//
//   opening (proxy/upstream_opening.h) ──► busy ──► idle ──► busy …        busy ──► tunnelling (101)
//      └─────────────────────────────────────┴────────┴──────────┴──► closed
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>

#include "base/byte_buffer.h"
#include "http/chunked.h"
#include "http/framing.h"
#include "proxy/endpoint_pool.h"
#include "proxy/io_loop.h"
#include "proxy/timer_wheel.h"
#include "proxy/transport.h"
#include "proxy/upstream.h"
#include "proxy/upstream_opening.h"
#include "proxy/upstream_user.h"
#include "proxy/upstream_way.h"

namespace headgate::proxy {

class Tunnel;
struct WorkerContext;

// Places in the list of all idle connections (least recently used first) and in the list of all connections.
using LruHook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct LruTag>,
                                                 boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using AllUpstreamsHook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<struct AllUpstreamsTag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class UpstreamConnection final : public Upstream,
                                 public IoHandler,
                                 public Timer,
                                 public IdleHook,
                                 public LruHook,
                                 public AllUpstreamsHook {
 public:
  UpstreamConnection(WorkerContext& context, EndpointRef endpoint, const UpstreamWay& way);
  ~UpstreamConnection() override;

  // Begins to connect. False: it failed at once; the object is of no use and must be closed.
  bool connect();

  // Takes the connection for one request of `user`; ends with release() or close(). `checked`: a kept one was
  // found quiet.
  void attach(UpstreamUser& user, bool checked);
  // Hands the connection on without an answer outstanding; kept for reuse where `reusable` and limits allow.
  void release(bool reusable) override;
  // Closes and destroys (at the end of the batch). Its user hears nothing.
  void close() override;

  void send(const char* data, std::size_t size) override;
  [[nodiscard]] bool congested() const override { return !output_.empty() || transport_.has_unsent(); }
  void request_complete() override;
  void resume_response() override;

  // From here on bytes are relayed without looking. `unsent` gets what the socket did not take yet,
  // `received` what came behind the 101.
  void become_tunnel(Tunnel& tunnel, ByteBuffer& unsent, ByteBuffer& received);
  [[nodiscard]] Transport& transport() { return transport_; }

  // The last answer had no body (HEAD, 204, 304): the likeliest to be followed by bytes that are nobody's.
  [[nodiscard]] bool is_doubtful() const { return body_kind_ == http::BodyKind::none; }

  [[nodiscard]] bool is_connected() const override { return state_ != State::opening; }
  // The settings it was made with; null: plain.
  [[nodiscard]] const tls::ClientContext* tls() const { return opening_.tls().get(); }
  [[nodiscard]] bool is_duplex() const override { return false; }
  [[nodiscard]] bool is_reused() const override { return requests_ > 1; }
  [[nodiscard]] EndpointState& endpoint() { return *endpoint_; }

  void on_io(std::uint32_t events) override;
  void on_timeout() override;

 private:
  enum class State : std::uint8_t { opening, busy, idle, tunnelling, closed };
  enum class Reading : std::uint8_t { head, body };

  void go_on_opening(std::uint32_t events);
  void connected();
  void keep_session();
  void on_idle(std::uint32_t events);
  void on_busy(std::uint32_t events);
  void flush();
  void read_some();
  // Bytes read; 0: none, and what that means has been dealt with.
  std::size_t receive(char* data, std::size_t room);
  bool read_head();
  bool read_body();
  void take_head(char* data, std::size_t size);
  bool begin_body(char* data, std::size_t size, std::size_t head_size);
  void take_body(char* data, std::size_t size);
  // The payload at the front of `data`, and whether it is the last. False: the framing was refused.
  struct Payload {
    std::size_t size = 0;
    bool last = false;
    bool refused = false;
  };
  Payload decode(char* data, std::size_t size);
  void on_end_of_stream();
  void fail(UpstreamFailure failure);
  void arm_read_timeout();

  WorkerContext& context_;
  EndpointRef endpoint_;
  Transport transport_;
  State state_ = State::opening;
  Reading reading_ = Reading::head;
  bool readable_ = false;
  bool half_closed_ = false;  // RDHUP seen
  bool write_failed_ = false;
  bool request_complete_ = false;
  bool surplus_ = false;  // bytes behind the response: never to be reused
  http::BodyKind body_kind_ = http::BodyKind::none;
  http::ChunkedDecoder chunked_;
  std::uint64_t body_remaining_ = 0;
  std::uint32_t interim_heads_ = 0;
  std::uint32_t requests_ = 0;
  std::uint64_t sent_bytes_ = 0;  // of the current request
  std::size_t read_size_;         // adapts to what the client takes
  UpstreamOpening opening_;
  UpstreamUser* user_ = nullptr;
  Tunnel* tunnel_ = nullptr;
  ByteBuffer input_;   // an incomplete head
  ByteBuffer output_;  // what the socket did not take yet
  TimePoint opened_at_;
  TimePoint unchecked_since_ = TimePoint::max();  // the batch in which it was taken unseen
  bool reusable_framing_ = true;
};

using LruList = boost::intrusive::list<UpstreamConnection, boost::intrusive::base_hook<LruHook>,
                                       boost::intrusive::constant_time_size<false>>;
using AllUpstreamsList =
    boost::intrusive::list<UpstreamConnection, boost::intrusive::base_hook<AllUpstreamsHook>,
                           boost::intrusive::constant_time_size<false>>;

}  // namespace headgate::proxy
