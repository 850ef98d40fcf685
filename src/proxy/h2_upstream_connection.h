// One HTTP/2 connection to an endpoint, shared by the requests of one Worker: connects, and moves frames
// between its socket and its session.
//
//   opening (proxy/upstream_opening.h) ──► open ──► closed      ending: takes no further streams
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/byte_buffer.h"
#include "http/h2_client_session.h"
#include "proxy/endpoint_pool.h"
#include "proxy/h2_upstream_stream.h"
#include "proxy/held_frames.h"
#include "proxy/io_loop.h"
#include "proxy/timer_wheel.h"
#include "proxy/transport.h"
#include "proxy/upstream_connection.h"
#include "proxy/upstream_opening.h"
#include "proxy/upstream_way.h"

namespace headgate::proxy {

struct WorkerContext;

struct AllH2Hook
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {};

class H2UpstreamConnection final : public IoHandler, public Timer, public AllH2Hook {
 public:
  H2UpstreamConnection(WorkerContext& context, EndpointRef endpoint, const UpstreamWay& way);
  ~H2UpstreamConnection() override;

  // Begins to connect. False: it failed at once; the object is of no use and must be closed.
  bool connect();
  // A stream for one Exchange. Only where can_open().
  H2UpstreamStream* open(UpstreamUser& user);
  [[nodiscard]] bool can_open() const;
  [[nodiscard]] const tls::ClientContext* tls() const { return opening_.tls().get(); }
  // Takes no further streams, and closes once the last has ended.
  void retire();
  // Closes and destroys (at the end of the batch). Exchanges hear nothing.
  void close();

  // --- Said by the streams ---

  [[nodiscard]] bool is_connected() const { return state_ == State::open; }
  [[nodiscard]] WorkerContext& context() { return context_; }
  // Something is to be sent: flushed at the end of the batch.
  http::H2ClientSession& say();
  [[nodiscard]] std::string_view scheme() const { return tls() != nullptr ? "https" : "http"; }
  // The stream has something for the session; begin() is called at the end of the batch.
  void touch(H2UpstreamStream& stream);
  // Nobody knows it any more.
  void drop(H2UpstreamStream& stream);

  void on_io(std::uint32_t events) override;
  void on_timeout() override;

 private:
  enum class State : std::uint8_t { opening, open, closed };

  void go_on_opening(std::uint32_t events);
  void connected();
  void receive();
  void flush();
  bool flush_held();
  void flush_last_words();
  bool write(ByteBuffer& frames);
  // Closes; every Exchange hears of it.
  void fail(UpstreamFailure failure);
  void leave_endpoint();
  void end_if_done();

  WorkerContext& context_;
  EndpointRef endpoint_;
  Transport transport_;
  UpstreamOpening opening_;
  http::H2ClientSession session_;
  State state_ = State::opening;
  bool retired_ = false;
  bool readable_ = false;
  bool half_closed_ = false;
  bool idle_ = false;  // no stream
  std::uint32_t requests_ = 0;
  TimePoint opened_at_;
  HeldFrames output_;
  std::vector<std::unique_ptr<H2UpstreamStream>> streams_;
  std::vector<H2UpstreamStream*> touched_;
  std::vector<std::unique_ptr<H2UpstreamStream>> dropped_;  // destroyed when none of theirs is being called
};

using AllH2List = boost::intrusive::list<H2UpstreamConnection, boost::intrusive::base_hook<AllH2Hook>,
                                         boost::intrusive::constant_time_size<false>>;

}  // namespace headgate::proxy
